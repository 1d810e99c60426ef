/// The text of `--help`, made from the option tables.
enum HelpText {
    /// What `portgate --help` shows.
    static var overview: String {
        var text = """
            portgate declares who may reach each internal port of a Linux host, and enforces it with nftables.

            usage: portgate COMMAND [OPTIONS] [OPERANDS]

            """
        let width = CommandList.all.map { $0.name.utf8.count }.max() ?? 0
        for group in CommandList.groups where !group.commands.isEmpty {
            text += "\n\(group.title):\n"
            for command in group.commands { text += row(command.name, command.summary, width: width) }
        }
        text += "\n`portgate COMMAND --help` tells more of each. `portgate --version` prints the version.\n"
        text += "Exit codes: \(ExitCode.allCases.map { "\($0.rawValue) \($0.meaning)" }.joined(separator: " · "))\n"
        return text
    }

    /// What `portgate COMMAND --help` shows.
    static func command(_ command: any Command.Type) -> String {
        var text = "portgate \(command.name): \(command.summary)\n\nusage: \(command.usage)\n"
        if !command.details.isEmpty { text += "\n\(command.details)\n" }
        text += "\noptions:\n"
        let options = command.optionDescriptions
        let width = options.map { column($0).utf8.count }.max() ?? 0
        for option in options { text += row(column(option), option.help, width: width) }
        let codes = command.exitCodes.map { "\($0.rawValue) \($0.meaning)" }
        return text + "\nexit codes: \(codes.joined(separator: " · "))\n"
    }

    /// The usage of an option, long names aligned under those with a letter.
    private static func column(_ option: OptionDescription) -> String {
        option.short == nil ? "    \(option.usage)" : option.usage
    }

    private static func row(_ left: String, _ right: String, width: Int) -> String {
        let gap = String(repeating: " ", count: max(0, width - left.utf8.count) + 2)
        return "  \(left)\(gap)\(right)\n"
    }
}
