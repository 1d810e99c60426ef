import Policy

extension DifferenceReport {
    /// The most rows of a table.
    private static let mostRows = 200
    /// From how many rows on the table is folded.
    private static let foldedFrom = 10

    /// The difference as a comment on a pull request: a line of totals and a table, folded when it is long.
    public var markdown: [UInt8] {
        var text = "### portgate: \(Self.escaped(totals))\n\n"
        text += "<code>\(Self.escaped(old))</code> → <code>\(Self.escaped(new))</code>\n"
        var rows: [String] = []
        for port in difference.ports {
            if let standing = port.standingWords { rows.append(Self.row(["", port.heading, standing, "", "", ""])) }
            for change in port.changes { rows.append(row(change, of: port)) }
            for setting in port.settings {
                rows.append(Self.row([Self.sign(setting.direction), port.heading, setting.words, "", "", ""]))
            }
            for change in port.staged {
                let words = ChangeWords(change: change, limit: 4)
                rows.append(
                    Self.row([
                        "if enforced", port.heading, "\(change.direction.rawValue): \(words.sources)", Self.who(words),
                        words.when ?? "always", places(of: change) ?? "",
                    ]))
            }
        }
        for setting in difference.settings {
            rows.append(Self.row([Self.sign(setting.direction), "", setting.words, "", "", ""]))
        }
        for name in difference.undecided { rows.append(Self.row(["not compared", name.text, "", "", "", ""])) }
        guard !rows.isEmpty else { return Array(text.utf8) }
        let isFolded = rows.count > Self.foldedFrom
        if isFolded { text += "\n<details><summary>\(Wording.count(rows.count, "row"))</summary>\n" }
        text += "\n| change | port | sources | who and what | when | rule |\n|---|---|---|---|---|---|\n"
        text += rows.prefix(Self.mostRows).joined()
        if rows.count > Self.mostRows { text += "\nand \(rows.count - Self.mostRows) more rows\n" }
        if isFolded { text += "\n</details>\n" }
        return Array(text.utf8)
    }

    private func row(_ change: AccessChange, of port: PortDifference) -> String {
        let words = ChangeWords(change: change, limit: 4)
        let numbers = port.numbers.count > 1 ? " on \(words.numbers)" : ""
        return Self.row([
            Self.sign(change.direction), port.heading, words.sources + numbers, Self.who(words),
            words.when ?? "always", places(of: change) ?? "",
        ])
    }

    private static func who(_ words: ChangeWords) -> String {
        [words.who, words.request.map { "request \($0)" }, words.rate.map { "rate \($0)" }].compactMap { $0 }
            .joined(separator: "; ")
    }

    private static func sign(_ direction: AccessChange.Direction?) -> String {
        switch direction {
        case .widened: "widened"
        case .narrowed: "narrowed"
        case nil: "changed"
        }
    }

    private static func row(_ cells: [String]) -> String {
        let escaped = cells.enumerated().map { index, cell in
            if index == 0 { return cell == "widened" ? "**widened**" : Self.escaped(cell) }
            // In code nothing is a mention, a reference or an emoji: `fd00:100::/48` holds one.
            return cell.isEmpty ? "" : "<code>\(Self.escaped(cell))</code>"
        }
        return "| \(escaped.joined(separator: " | ")) |\n"
    }

    /// Text that means nothing to Markdown or HTML, whatever a policy's author named things.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in VisibleText.line(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\\", "`", "*", "_", "[", "]", "#", "!", "|", "~":
                result.unicodeScalars.append("\\")
                result.unicodeScalars.append(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
