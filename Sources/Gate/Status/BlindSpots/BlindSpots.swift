import Policy

/// What lies around the gate where its rules see nothing: what was found, and what could not be looked at.
struct BlindSpots: Sendable {
    /// What a look has shown.
    enum Look<Value: Sendable>: Sendable {
        /// All there is.
        case seen(Value)
        /// Some of it, and why not all.
        case partly(Value, String)
        /// Nobody could look; why.
        case hidden(String)
    }

    /// Who holds packet sockets, in words.
    var packetSockets: Look<[String]> = .seen([])
    /// The interfaces of this network namespace.
    var interfaces: Look<[NetworkInterface]> = .seen([])
    /// Interfaces with a place for tc filters on what arrives, by their index.
    var ingress: Look<Set<UInt32>> = .seen([])
    /// BPF links that act on packets of IP, by their kind.
    var programs: Look<[String: Int]> = .seen([:])
    /// What other tables hold.
    var tables: Look<OtherTables> = .seen(OtherTables())
    /// Tables of iptables-legacy, as `ip filter`.
    var legacyTables: Look<[String]> = .seen([])
    /// Processes in other network namespaces that listen on gated ports, in words.
    var listeners: Look<[String]> = .seen([])
    /// Ports that outgoing connections may be given.
    var localPorts: Look<LocalPorts> = .seen(LocalPorts())
    /// The table of tracked connections.
    var connections: Look<ConnectionTable> = .seen(ConnectionTable())
    /// Settings of the kernel that widen what reaches the host, as `net.ipv4.conf.all.route_localnet = 1`.
    var settings: Look<[String]> = .seen([])

    /// What is to be said of them beside ports of the gate.
    func findings(_ ports: [GateView.PortView]) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        var hidden: [String] = []
        func look<Value>(_ name: String, _ look: Look<Value>, _ say: (Value) -> [Diagnostic]) {
            switch look {
            case .seen(let value): findings += say(value)
            case .partly(let value, let reason):
                findings += say(value)
                hidden.append("\(name): \(reason)")
            case .hidden(let reason): hidden.append("\(name): \(reason)")
            }
        }
        look("packet sockets", packetSockets) { $0.isEmpty ? [] : [.packetSockets($0)] }
        look("interfaces", interfaces) { interfaces in
            let names = Dictionary(interfaces.map { ($0.index, $0.name) }) { first, _ in first }
            var words = interfaces.filter(\.hasProgram).map { "XDP on \($0.name)" }
            if case .seen(let ingress) = ingress {
                words += ingress.sorted().map { "tc filters may stand on \(names[$0] ?? "interface \($0)")" }
            }
            if case .seen(let programs) = programs {
                words += programs.sorted { $0.key < $1.key }.map { "\($0.value) BPF links of the kind \($0.key)" }
            }
            let bridges = interfaces.filter { bridge in
                bridge.kind == "bridge" && interfaces.contains { $0.master == bridge.index }
            }
            return (words.isEmpty ? [] : [.earlierPrograms(words)])
                + (bridges.isEmpty ? [] : [.bridges(bridges.map(\.name))])
        }
        look("tc filters", ingress) { _ in [] }
        look("BPF links", programs) { _ in [] }
        look("other tables", tables) { tables in
            (tables.earlierChains.isEmpty ? [] : [.earlierChains(tables.earlierChains)])
                + (tables.flowtables.isEmpty ? [] : [.flowtables(tables.flowtables)])
                + (tables.helpers.isEmpty ? [] : [.connectionHelpers(tables.helpers)])
        }
        look("tables of iptables-legacy", legacyTables) { $0.isEmpty ? [] : [.legacyTables($0)] }
        look("other network namespaces", listeners) { $0.isEmpty ? [] : [.listenersElsewhere($0)] }
        look("ports of outgoing connections", localPorts) { local in
            ports.filter { port in port.services.contains { local.mayTake($0.first...max($0.first, $0.last)) } }
                .map { .portOfOutgoingConnections($0.name, local) }
        }
        look("tracked connections", connections) { $0.isShort ? [.connectionTableFull($0)] : [] }
        look("settings of the kernel", settings) { $0.isEmpty ? [] : [.wideSettings($0)] }
        if !hidden.isEmpty { findings.append(.couldNotLook(hidden)) }
        return findings
    }
}

/// Ports that the kernel gives to outgoing connections.
struct LocalPorts: Hashable, Sendable {
    /// net.ipv4.ip_local_port_range.
    var range: ClosedRange<UInt16> = 32_768...60_999
    /// net.ipv4.ip_local_reserved_ports: of these it gives none.
    var reserved: [ClosedRange<UInt16>] = []

    /// Whether some of these ports may be given to an outgoing connection.
    func mayTake(_ ports: ClosedRange<UInt16>) -> Bool {
        guard ports.overlaps(range) else { return false }
        return ports.clamped(to: range).contains { port in !reserved.contains { $0.contains(port) } }
    }
}

/// How full the kernel's table of tracked connections is.
struct ConnectionTable: Hashable, Sendable {
    /// Entries.
    var count: UInt64 = 0
    /// Entries there is room for; 0 is any number.
    var limit: UInt64 = 0
    /// New connections dropped since the start, because there was no room.
    var dropped: UInt64 = 0
    /// Entries thrown out since the start, to make room.
    var thrownOut: UInt64 = 0

    /// Whether there is no room, there was none, or there soon will be none.
    var isShort: Bool { dropped > 0 || thrownOut > 0 || (limit > 0 && count >= limit - limit / 10) }

    /// Sums up the columns `drop` and `early_drop` of /proc/net/stat/nf_conntrack: a line of names, then one of hexadecimal
    /// numbers for each processor.
    mutating func add(statistics text: String) {
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        guard let names = lines.first else { return }
        for line in lines.dropFirst() {
            for (name, value) in zip(names, line) {
                let number = UInt64(value, radix: 16) ?? 0
                if name == "drop" { dropped &+= number }
                if name == "early_drop" { thrownOut &+= number }
            }
        }
    }
}
