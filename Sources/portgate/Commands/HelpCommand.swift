/// `portgate help`: the help of a command, or the whole reference.
struct HelpCommand: Command {
    static let name = "help"
    static let summary = "show the help of a command, or the reference of all"
    static let details = ""
    static let options: [CommandOption<Self>] = [
        .flag("markdown", help: "print the reference of all commands as Markdown") { $0.markdown = true }
    ]
    static var operands: Operands<Self> {
        .optional("COMMAND", completion: .words(CommandList.all.map { $0.name })) { settings, text in
            settings.command = text
        }
    }

    private var command: String?
    private var markdown = false

    init() {}

    func validate() throws(UsageError) {
        if markdown, command != nil { throw UsageError("--markdown prints all commands; it takes no COMMAND") }
        if let command { _ = try CommandList.named(command) }
    }

    func run(_ console: Console) throws -> ExitCode {
        if let command {
            try console.write(HelpText.command(CommandList.named(command)))
        } else {
            try console.write(markdown ? CommandReference.markdown : HelpText.overview)
        }
        return .clean
    }
}
