/// `docs/commands.md`, made from the option tables.
enum CommandReference {
    /// The whole page.
    static var markdown: String {
        var text = """
            # Commands

            This page is the output of `portgate help --markdown`. Every command understands `--help`.

            | exit code | meaning |
            |---|---|

            """
        for code in ExitCode.allCases { text += "| \(code.rawValue) | \(code.meaning) |\n" }
        for group in CommandList.groups where !group.commands.isEmpty {
            text += "\n## \(group.title)\n"
            for command in group.commands { text += section(command) }
        }
        return text
    }

    private static func section(_ command: any Command.Type) -> String {
        var text = "\n### portgate \(command.name)\n\n"
        text += "\(sentence(command.summary))\n\n```\n\(command.usage)\n```\n"
        if !command.details.isEmpty { text += "\n\(command.details)\n" }
        text += "\n| option | meaning |\n|---|---|\n"
        for option in command.optionDescriptions {
            text += "| `\(option.usage)` | \(option.help.replacingPipes) |\n"
        }
        let codes = command.exitCodes.map { "\($0.rawValue)" }
        return text + "\nExit codes: \(codes.joined(separator: ", ")).\n"
    }

    /// A summary as a sentence.
    private static func sentence(_ summary: String) -> String {
        "\(summary.prefix(1).uppercased())\(summary.dropFirst())."
    }
}

extension String {
    /// The text inside a cell of a Markdown table.
    fileprivate var replacingPipes: String {
        split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
