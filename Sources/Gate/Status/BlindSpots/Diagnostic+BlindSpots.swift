import Policy

extension Diagnostic {
    /// Makes a finding that lists at most 20 things.
    private init(spot code: String, _ severity: Severity, _ message: String, _ things: [String] = []) {
        var notes = things.prefix(20).map { Diagnostic.Note($0) }
        if things.count > notes.count { notes.append(Diagnostic.Note("and \(things.count - notes.count) more")) }
        self.init(code: code, severity: severity, message: message, span: nil, notes: notes)
    }

    /// PG461.
    static func packetSockets(_ owners: [String]) -> Diagnostic {
        Diagnostic(
            spot: "PG461", .note, "\(owners.count) packet sockets read packets before the gate judges them", owners)
    }

    /// PG462.
    static func earlierPrograms(_ words: [String]) -> Diagnostic {
        Diagnostic(spot: "PG462", .warning, "programs act on packets before any table sees them", words)
    }

    /// PG463.
    static func earlierChains(_ chains: [String]) -> Diagnostic {
        Diagnostic(spot: "PG463", .note, "\(chains.count) base chains of other tables judge before the gate", chains)
    }

    /// PG464.
    static func flowtables(_ names: [String]) -> Diagnostic {
        Diagnostic(spot: "PG464", .warning, "connections in flowtables pass by the gate", names)
    }

    /// PG465.
    static func connectionHelpers(_ names: [String]) -> Diagnostic {
        Diagnostic(spot: "PG465", .note, "conntrack helpers may announce connections of their own", names)
    }

    /// PG466.
    static func bridges(_ names: [String]) -> Diagnostic {
        Diagnostic(spot: "PG466", .note, "what is bridged between the ports of a bridge does not meet the gate", names)
    }

    /// PG467.
    static func listenersElsewhere(_ words: [String]) -> Diagnostic {
        Diagnostic(spot: "PG467", .note, "gated ports are listened on in other network namespaces too", words)
    }

    /// PG468.
    static func legacyTables(_ names: [String]) -> Diagnostic {
        Diagnostic(spot: "PG468", .note, "iptables-legacy judges too, where no listing of nft shows it", names)
    }

    /// PG469.
    static func portOfOutgoingConnections(_ port: String, _ local: LocalPorts) -> Diagnostic {
        let range = "\(local.range.lowerBound)-\(local.range.upperBound)"
        let message =
            "port \(port) lies among those of outgoing connections (\(range)): an answer to such a one is refused; "
            + "put it in net.ipv4.ip_local_reserved_ports"
        return Diagnostic(code: "PG469", severity: .warning, message: message, span: nil, port: port)
    }

    /// PG470.
    static func connectionTableFull(_ table: ConnectionTable) -> Diagnostic {
        Diagnostic(
            spot: "PG470", .warning,
            "the table of tracked connections is short of room: \(table.count) of \(table.limit) entries, "
                + "\(table.dropped) new connections dropped, \(table.thrownOut) entries thrown out")
    }

    /// PG474.
    static func wideSettings(_ settings: [String]) -> Diagnostic {
        Diagnostic(spot: "PG474", .note, "settings of the kernel widen what reaches this host", settings)
    }

    /// PG475.
    static func couldNotLook(_ places: [String]) -> Diagnostic {
        Diagnostic(spot: "PG475", .warning, "not everything around the gate could be looked at", places)
    }
}
