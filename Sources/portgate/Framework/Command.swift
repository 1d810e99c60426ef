/// One command of portgate. A value of the type is the command's settings: option setters fill it in, then ``run(_:)`` acts.
protocol Command: Sendable {
    /// The word after `portgate`.
    static var name: String { get }
    /// What it does: one line, lower case, no full stop.
    static var summary: String { get }
    /// What there is to know beside the options: plain text, paragraphs separated by empty lines.
    static var details: String { get }
    /// Its options, in the order of the help. `--help` is understood beside them.
    static var options: [CommandOption<Self>] { get }
    /// Its operands.
    static var operands: Operands<Self> { get }
    /// The exit codes it uses.
    static var exitCodes: [ExitCode] { get }

    /// Creates the settings that hold when no option is given.
    init()

    /// Checks settings against each other, without effects.
    func validate() throws(UsageError)

    /// Runs. Throws ``CommandFailure``, or ``ConsoleError`` when results could not be written.
    func run(_ console: Console) throws -> ExitCode

    /// Reads the arguments and runs, or shows the help when they ask for it.
    static func execute(_ arguments: ArraySlice<String>, _ console: Console) throws -> ExitCode
}

extension Command {
    static var options: [CommandOption<Self>] { [] }
    static var operands: Operands<Self> { .none }
    static var exitCodes: [ExitCode] { [.clean, .usage] }

    func validate() throws(UsageError) {}

    /// The options without their setters, `--help` last.
    static var optionDescriptions: [OptionDescription] {
        options.map(\.description) + [OptionDescription(long: "help", short: "h", help: "show this help")]
    }

    /// What stands for the operands in help, when there are any.
    static var operandUsage: String? { operands.usage }
    /// What a shell can offer for an operand.
    static var operandCompletion: OptionDescription.Completion { operands.completion }

    /// The line that shows how the command is written.
    static var usage: String {
        var line = "portgate \(name)"
        if !options.isEmpty { line += " [OPTIONS]" }
        if let operandUsage { line += " \(operandUsage)" }
        return line
    }

    /// Reads the arguments and runs, or shows the help when they ask for it.
    static func execute(_ arguments: ArraySlice<String>, _ console: Console) throws -> ExitCode {
        guard let command = try ArgumentParser<Self>().parse(arguments) else {
            try console.write(HelpText.command(Self.self))
            return .clean
        }
        return try command.run(console)
    }
}
