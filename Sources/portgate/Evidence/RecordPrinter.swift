import JSON
import Reports

/// Shows a record: as it is, on one line, or with a line for each field.
struct RecordPrinter {
    let form: OutputFormat

    /// Appends what is shown of a record.
    func print(_ line: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        if form == .json {
            bytes.append(contentsOf: line)
            bytes.append(10)
            return
        }
        guard let value = try? JSONReader.value(of: Array(line)), case .object(let members) = value else {
            // Not one that portgate wrote: shown, and nothing in it done to the terminal.
            bytes += Array(VisibleText.line(String(decoding: line, as: UTF8.self)).utf8) + [10]
            return
        }
        bytes += Array((form == .text ? fields(members, "") + "\n" : oneLine(value)).utf8)
    }

    private func fields(_ members: [JSONValue.Member], _ indent: String) -> String {
        members.map { member in
            if case .object(let inner) = member.value {
                return "\(indent)\(VisibleText.line(member.key)):\n\(fields(inner, indent + "  "))"
            }
            return "\(indent)\(VisibleText.line(member.key)): \(words(member.value))\n"
        }.joined()
    }

    private func words(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): VisibleText.line(text)
        case .array(let values): values.map { flat($0) }.joined(separator: ", ")
        default: String(decoding: value.compact(), as: UTF8.self)
        }
    }

    /// The time, the action, who from where to where, and what else there is.
    private func oneLine(_ value: JSONValue) -> String {
        guard case .object(let members) = value else { return "" }
        func text(_ key: String) -> String? { value[key].map { words($0) } }
        func end(_ address: String, _ port: String) -> String? {
            guard let address = text(address) else { return nil }
            guard let port = text(port) else { return address }
            return address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]:\(port)" : "\(address):\(port)"
        }
        var parts = [text("timestamp") ?? "-", text("action") ?? "-"]
        if let source = end("src_ip", "src_port") {
            parts += [text("protocol") ?? "", source, "->", end("dest_ip", "dest_port") ?? "?"].filter { !$0.isEmpty }
        }
        if let port = text("port") { parts.append(text("rule").map { "\(port)/\($0)" } ?? port) }
        if let user = text("user") { parts.append("user=\(user)") }
        let shown: Set<String> = [
            "timestamp", "action", "src_ip", "src_port", "dest_ip", "dest_port", "protocol", "port", "rule", "user",
            "verdict", "policy", "epoch",
        ]
        for member in members where !shown.contains(member.key) {
            parts.append("\(VisibleText.line(member.key))=\(flat(member.value))")
        }
        return parts.joined(separator: " ") + "\n"
    }

    private func flat(_ value: JSONValue) -> String {
        guard case .object(let members) = value else { return words(value) }
        return "{" + members.map { "\(VisibleText.line($0.key))=\(flat($0.value))" }.joined(separator: " ") + "}"
    }
}
