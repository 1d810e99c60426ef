/// Every command, in the order of the help.
enum CommandList {
    /// A group of commands under one heading.
    struct Group: Sendable {
        /// The heading.
        let title: String
        /// Its commands.
        let commands: [any Command.Type]
    }

    /// The commands by group.
    static let groups: [Group] = [
        Group(
            title: "Write and review policies (no root, no network)",
            commands: [
                CheckCommand.self, TestCommand.self, CompileCommand.self, DiffCommand.self, WhyCommand.self,
                ExplainCommand.self, SchemaCommand.self,
            ]),
        Group(
            title: "Operate a host",
            commands: [
                InitCommand.self, PlanCommand.self, ApplyCommand.self, ConfirmCommand.self, RollbackCommand.self,
                StatusCommand.self, DriftCommand.self, BootCommand.self, SessionCommand.self, GrantCommand.self,
            ]),
        Group(
            title: "Keep and show the evidence",
            commands: [
                RecordCommand.self, LogsCommand.self, ExportCommand.self, KeysCommand.self, VerifyCommand.self,
                ProveCommand.self, WitnessCommand.self,
            ]),
        Group(title: "This tool", commands: [CompletionsCommand.self, HelpCommand.self]),
    ]

    /// All commands.
    static var all: [any Command.Type] { groups.flatMap(\.commands) }

    /// Returns the command of a name.
    static func named(_ name: String) throws(UsageError) -> any Command.Type {
        if let command = all.first(where: { $0.name == name }) { return command }
        throw UsageError(
            "unknown command '\(name)'", suggestion: NearestName.to(name, among: all.map { $0.name }))
    }
}
