import Policy

extension DifferenceReport {
    /// The most changes of a port and direction that are shown one by one.
    private static let mostChanges = 20

    /// The difference for people: by port, what is widened first; totals and the next command last.
    public func text(_ style: TextStyle) -> [UInt8] {
        var text = ""
        for port in difference.ports {
            text += style.bold(line(port.heading)) + style.frame("  \(line(place(of: port)))") + "\n"
            if let words = port.standingWords {
                text += "  \(line(words))\n"
                text += list(port.letIn, title: port.standing == .declared ? "it lets in" : "it let in")
            }
            for direction in [AccessChange.Direction.widened, .narrowed] {
                let changes = port.changes.filter { $0.direction == direction }
                for change in changes.prefix(Self.mostChanges) { text += entry(change, label(direction, style)) }
                if changes.count > Self.mostChanges {
                    text += "  \(label(direction, style))  and \(changes.count - Self.mostChanges) more\n"
                }
            }
            for setting in port.settings { text += entry(setting, style) }
            if !port.staged.isEmpty {
                text += "  if what is only observed were enforced:\n"
                for change in port.staged.prefix(Self.mostChanges) {
                    text += "    \(change.direction.rawValue): \(line(ChangeWords(change: change).sentence))\n"
                }
                if port.staged.count > Self.mostChanges {
                    text += "    and \(port.staged.count - Self.mostChanges) more\n"
                }
            }
            text += "\n"
        }
        for setting in difference.settings { text += entry(setting, style) }
        if !difference.settings.isEmpty { text += "\n" }
        for name in difference.undecided {
            text +=
                "\(style.severity(.error, "not compared"))  port \(name): its rules are too many and too different\n"
        }
        let mood: Severity? = !isComplete ? .error : difference.widened > 0 ? .warning : nil
        text += mood.map { style.severity($0, totals) } ?? style.good(totals)
        text += "\n"
        if let next { text += "next: \(line(next))\n" }
        return Array(text.utf8)
    }

    private func line(_ text: String) -> String { VisibleText.line(text) }

    private func label(_ direction: AccessChange.Direction, _ style: TextStyle) -> String {
        direction == .widened ? style.severity(.warning, "widened") : style.severity(.note, "narrowed")
    }

    private func list(_ changes: [AccessChange], title: String) -> String {
        var text = ""
        for change in changes.prefix(5) {
            let words = ChangeWords(change: change)
            let parts = [words.sources, words.who, words.request, words.when].compactMap { $0 }
            text += "  \(title): \(line(parts.joined(separator: "; ")))\n"
        }
        if changes.isEmpty { text += "  \(title): nobody\n" }
        if changes.count > 5 { text += "  \(title): and \(changes.count - 5) more\n" }
        return text
    }

    private func entry(_ change: AccessChange, _ label: String) -> String {
        let words = ChangeWords(change: change)
        var text = "  \(label)  \(line(words.sources)) on \(words.numbers)\n"
        for (name, value) in [
            ("who", words.who), ("request", words.request), ("when", words.when), ("rate", words.rate),
            ("rule", places(of: change)), ("example", words.example),
        ] {
            if let value { text += "    \(name): \(line(value))\n" }
        }
        return text
    }

    private func entry(_ setting: SettingChange, _ style: TextStyle) -> String {
        let label =
            switch setting.direction {
            case .widened: style.severity(.warning, "widened")
            case .narrowed: style.severity(.note, "narrowed")
            case nil: "changed"
            }
        return "  \(label)  \(line(setting.words))\n"
    }

    /// The command that shows the first change, where its policy can be named to one.
    private var next: String? {
        guard let change = difference.ports.lazy.flatMap(\.changes).first(where: { $0.witness != nil }),
            let witness = change.witness
        else { return nil }
        let attempt = witness.new
        var words = "portgate why --from \(attempt.isOwn ? "loopback" : "\(attempt.source)")"
        words += " --port \(attempt.port)/\(attempt.transport.name) --at \(attempt.time)"
        for name in attempt.identities.sorted().prefix(3) { words += " --identity \(name)" }
        if let request = witness.request { words += " --request \(request)" }
        return isPath(new) ? "\(words) \(new)" : nil
    }

    private func isPath(_ operand: String) -> Bool {
        operand != "live" && operand != "-" && !operand.contains(":")
            && operand.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || "/._-".utf8.contains(byte)
            }
    }
}
