public import Policy

/// Writes a first policy from what listens on a host: everything closed, but what only the host itself can reach, and the
/// SSH connection the command is run over. Pure.
public struct FirstPolicy: Sendable {
    /// A port to declare: the listeners that share it.
    private struct Entry {
        var name: String
        var transport: TransportProtocol
        var port: UInt16
        var listeners: [HostListeners.Listener]

        var isLoopbackOnly: Bool { listeners.allSatisfy(\.socket.isLoopbackOnly) }
    }

    private let gateName: String
    private let ssh: SSHConnection?
    private let made: Instant
    private var entries: [Entry] = []

    /// Prepares a policy for a host of that name.
    public init(host: String, listeners: HostListeners, ssh: SSHConnection?, made: Instant) {
        gateName = Self.name(host) ?? "host"
        self.ssh = ssh
        self.made = made
        for listener in listeners.listeners {
            let socket = listener.socket
            if let index = entries.firstIndex(where: { $0.transport == socket.transport && $0.port == socket.port }) {
                entries[index].listeners.append(listener)
            } else {
                entries.append(
                    Entry(name: "", transport: socket.transport, port: socket.port, listeners: [listener]))
            }
        }
        // The way in is declared even where it leads through a socket that no process shows (socket activation).
        if let ssh, !entries.contains(where: { $0.transport == .tcp && $0.port == ssh.port }) {
            entries.append(Entry(name: "", transport: .tcp, port: ssh.port, listeners: []))
        }
        entries.sort { ($0.port, $0.transport.rawValue) < ($1.port, $1.transport.rawValue) }
        var taken: Set<String> = []
        for index in entries.indices {
            let entry = entries[index]
            let base = entry.listeners.lazy.compactMap { $0.owner.flatMap { Self.name($0.name) } }.first
            let plain = base ?? (isSSH(entry) ? "ssh" : "\(entry.transport.name)-\(entry.port)")
            let numbered = "\(plain.prefix(30))-\(entry.port)"
            let candidates = [plain, numbered, "\(numbered)-\(entry.transport.name)"]
            // Protocol and port are unique among entries, so that the last one is free.
            entries[index].name = candidates.first { !taken.contains($0) } ?? "\(entry.transport.name)-\(entry.port)"
            taken.insert(entries[index].name)
        }
    }

    /// Turns text into a name of the language, or nil when nothing of it is left.
    static func name(_ text: String) -> String? {
        var kept = ""
        for scalar in text.unicodeScalars {
            let isFine = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            if isFine {
                kept.unicodeScalars.append(scalar)
            } else if !kept.isEmpty, !kept.hasSuffix("-") {
                kept += "-"
            }
        }
        while kept.hasSuffix("-") { kept.removeLast() }
        let name = String(kept.lowercased().prefix(40))
        // Two words of the language are taken.
        return Name(name).map { ["any", "loopback"].contains($0.text) ? "\($0.text)-service" : $0.text }
    }

    private func isSSH(_ entry: Entry) -> Bool {
        ssh.map { $0.port == entry.port && entry.transport == .tcp } ?? false
    }

    /// The policy's text.
    public var text: String {
        var lines = [
            "# A first policy, written by `portgate init` on \(made.rfc3339) from what listens on this host.",
            "# Every port below is closed to everyone until a rule under `allow` lets somebody in. Before applying it:",
            "#   1. replace each TODO by who answers for the port;",
            "#   2. add an `allow` rule for everybody who needs the port, and a test for each;",
            "#   3. portgate check, portgate test, portgate plan.",
            "# A port that is removed from this file is no longer gated: whoever can reach the host can reach it.",
            "version: 1",
            "name: \(Self.quoted(gateName))",
            "owner: TODO",
        ]
        if let ssh {
            lines += [
                "", "networks:",
                "  # The client of the SSH connection that init was run over. Widen it to your administrators' network.",
                "  ssh-now: [\(Self.quoted(Self.block(ssh.client)))]",
            ]
        }
        lines += ["", entries.isEmpty ? "# ports: nothing listens in this network namespace" : "ports:"]
        for entry in entries { lines += self.lines(entry) }
        if !entries.isEmpty {
            lines += ["", "tests:"]
            for entry in entries { lines += tests(entry) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func lines(_ entry: Entry) -> [String] {
        var lines: [String] = []
        for listener in entry.listeners { lines.append("  # \(Self.comment(Self.words(listener)))") }
        if entry.listeners.isEmpty { lines.append("  # nothing listens here that could be seen") }
        lines += [
            "  - name: \(Self.quoted(entry.name))", "    port: \(entry.port)", "    protocol: \(entry.transport.name)",
            "    owner: TODO",
        ]
        if isSSH(entry) {
            lines += [
                "    # Without this rule, applying the policy would cut the connection it was written over.",
                "    allow:", "      - name: ssh-now", "        cidrs: [ssh-now, loopback]",
                "        reason: the connection that init was run over",
            ]
        } else if entry.isLoopbackOnly {
            lines += [
                "    # It listens on the loopback address only: this host itself may go on using it.", "    allow:",
                "      - name: this-host", "        cidrs: [loopback]",
                "        reason: listened on the loopback address only when init was run",
            ]
        } else {
            lines.append("    # allow: nobody yet")
        }
        lines.append("")
        return lines
    }

    private func tests(_ entry: Entry) -> [String] {
        let port = "port: \(Self.quoted(entry.name))"
        // TEST-NET-3 (RFC 5737): nobody's address.
        var lines = [
            "  - { name: \"\(entry.name) is closed to strangers\", \(port), from: 203.0.113.7, expect: deny }"
        ]
        if isSSH(entry), let ssh {
            let from = Self.quoted("\(ssh.client)")
            lines.append("  - { name: \"the way in stays open\", \(port), from: \(from), expect: allow, by: ssh-now }")
        } else if entry.isLoopbackOnly {
            lines.append(
                "  - { name: \"\(entry.name) serves this host\", \(port), from: loopback, expect: allow, by: this-host }"
            )
        }
        return lines
    }

    private static func words(_ listener: HostListeners.Listener) -> String {
        let socket = listener.socket
        let address = socket.address.map { "\($0)" } ?? (socket.isIPv6 ? "[::]" : "0.0.0.0")
        var text = "\(socket.transport.name) \(address) port \(socket.port), user \(socket.user)"
        guard let owner = listener.owner else { return text + ", process unknown" }
        text += ", process \(owner.process) \(owner.name)"
        if let unit = owner.unit { text += ", unit \(unit)" }
        if let command = owner.command { text += ": \(command)" }
        return text
    }

    /// Keeps a text on the line of its comment: printable ASCII only.
    private static func comment(_ text: String) -> String {
        String(decoding: text.utf8.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    private static func block(_ address: IPAddress) -> String {
        switch address {
        case .v4: "\(address)/32"
        case .v6: "\(address)/128"
        }
    }

    /// Quotes a text of ours so that YAML reads it as the text it is.
    private static func quoted(_ text: String) -> String { "\"\(text)\"" }
}
