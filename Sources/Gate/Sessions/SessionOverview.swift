public import JSON
public import Policy

/// What sessions have opened at one moment: the kernel's elements, and the sessions behind them.
public struct SessionOverview: Hashable, Sendable {
    /// An address that proves an identity.
    public struct Line: Hashable, Sendable {
        /// The identity.
        public let identity: Name
        /// The account whose sessions prove it.
        public let user: String
        /// The address.
        public let source: IPAddress
        /// Milliseconds after which the kernel ends it unless a session refreshes it.
        public let remainingMilliseconds: UInt64?
        /// The sessions that keep it; none when it only waits for its end.
        public let sessions: [SessionEntry]
        /// Other accounts that prove themselves from the same address.
        public let sharedWith: [String]
    }

    /// The addresses, by identity.
    public let lines: [Line]

    /// Looks at the elements of the identities of a scope and the sessions that live.
    public static func read(_ scope: SessionScope, door: KernelDoor) throws(GateFailure) -> SessionOverview {
        var elements: [(SessionScope.Entry, SetHandle, [SetElement])] = []
        for entry in scope.entries {
            for set in entry.sets { elements.append((entry, set, try door.elements(set).elements)) }
        }
        return SessionOverview(elements, sessions: elements.isEmpty ? [] : try SessionRegister.entries())
    }

    init(
        _ elements: [(SessionScope.Entry, SetHandle, [SetElement])], sessions: [SessionEntry],
        name: (UInt32) -> String? = Account.name
    ) {
        let names = Dictionary(
            Set(sessions.map(\.account)).map { ($0, name($0) ?? "uid \($0)") }, uniquingKeysWith: { one, _ in one })
        lines = elements.flatMap { entry, set, elements in
            elements.map { element in
                let source: IPAddress =
                    set.key == .ipv6
                    ? .v6(IPv6Address(bits: element.first))
                    : .v4(IPv4Address(bits: UInt32(truncatingIfNeeded: element.first)))
                let here = sessions.filter { $0.source == source }
                return Line(
                    identity: entry.identity, user: entry.user, source: source,
                    remainingMilliseconds: element.remainingMilliseconds,
                    sessions: here.filter { names[$0.account] == entry.user },
                    sharedWith: Set(here.compactMap { names[$0.account] }).subtracting([entry.user]).sorted())
            }
        }
    }

    /// Returns the other accounts that prove themselves from an address.
    static func sharing(_ account: UInt32, _ source: IPAddress, among sessions: [SessionEntry]) -> [UInt32] {
        Set(sessions.filter { $0.source == source && $0.account != account }.map(\.account)).sorted()
    }
}

extension SessionOverview {
    /// The overview for people, a line for each address.
    public var text: [String] {
        lines.map { line in
            var words = "session \(line.identity) (\(line.user)) from \(line.source): "
            if line.sessions.isEmpty {
                words += "its process is gone"
            } else {
                let since = line.sessions.map { "since \($0.since.rfc3339) (pid \($0.process))" }
                words += since.joined(separator: ", ")
            }
            if let left = line.remainingMilliseconds {
                words += "; kernel ends it in \(left / 1000) s unless refreshed"
            }
            if !line.sharedWith.isEmpty { words += "; address shared with \(line.sharedWith.joined(separator: ", "))" }
            return words
        }
    }

    /// The overview as JSON.
    public var json: JSONValue {
        .array(
            lines.map { line in
                .members([
                    "identity": .string(line.identity.text), "user": .string(line.user),
                    "source": .string("\(line.source)"),
                    "remaining_milliseconds": line.remainingMilliseconds.map { .number(Int64(clamping: $0)) },
                    "sessions": .array(
                        line.sessions.map {
                            .members([
                                "pid": .number(Int64($0.process)), "since": .string($0.since.rfc3339),
                            ])
                        }),
                    "shared_with": .array(line.sharedWith.map { .string($0) }),
                ])
            })
    }

    /// What is to be said of it: addresses that several users share.
    public var findings: [Diagnostic] {
        var seen: Set<IPAddress> = []
        return lines.filter { !$0.sharedWith.isEmpty && seen.insert($0.source).inserted }.map { line in
            .addressShared("\(line.source)", users: ([line.user] + line.sharedWith).sorted())
        }
    }
}
