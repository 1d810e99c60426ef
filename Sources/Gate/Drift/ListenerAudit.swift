import Drift
import Policy

/// Compares what listens on a host with what a policy declares.
struct ListenerAudit {
    /// A port that is declared.
    struct Declared: Hashable {
        let name: String
        let services: [GateView.Service]
        /// Where it is declared.
        let span: SourceSpan?

        func covers(_ socket: ListeningSocket) -> Bool {
            services.contains {
                $0.transport == socket.transport.rawValue && ($0.first...max($0.first, $0.last)).contains(socket.port)
            }
        }
    }

    /// The ports declared.
    let declared: [Declared]
    /// Whether the policy says `undeclared: deny`.
    let isDenied: Bool
    /// Ports that outgoing connections may be given.
    let localPorts: ClosedRange<UInt16>
    /// Since when a process runs.
    let started: (_ process: Int32) -> Instant?
    /// The name of a user.
    let user: (_ number: UInt32) -> String

    /// Returns the ports of a policy.
    static func ports(of policy: Policy) -> [Declared] {
        policy.ports.map { port in
            Declared(
                name: port.name.text,
                services: port.protocols.sorted { $0.rawValue < $1.rawValue }.flatMap { transport in
                    port.ports.map {
                        GateView.Service(transport: transport.rawValue, first: $0.first, last: $0.last)
                    }
                }, span: port.span)
        }
    }

    /// Returns the ports of a table.
    static func ports(of view: GateView) -> [Declared] {
        view.ports.map { Declared(name: $0.name, services: $0.services, span: nil) }
    }

    /// Returns what is to be said of the listeners.
    func findings(_ listeners: [HostListeners.Listener]) -> [DriftFinding] {
        struct Service: Hashable {
            let transport: String
            let port: UInt16
            let name: String
            let isOwn: Bool
        }
        var order: [Service] = []
        var groups: [Service: [HostListeners.Listener]] = [:]
        for listener in listeners where !declared.contains(where: { $0.covers(listener.socket) }) {
            let service = Service(
                transport: listener.socket.transport.name, port: listener.socket.port,
                name: listener.owner?.name ?? "", isOwn: listener.socket.isLoopbackOnly)
            if groups[service] == nil { order.append(service) }
            groups[service, default: []].append(listener)
        }
        var found = order.compactMap { service in
            groups[service].flatMap { group in group.first.map { finding($0, addresses: Self.addresses(group)) } }
        }
        for port in declared where !listeners.contains(where: { port.covers($0.socket) }) {
            let services = port.services.map(\.description).joined(separator: ", ")
            found.append(DriftFinding(.unusedPort(port.name, services, at: port.span), kind: .unusedPort))
        }
        return found
    }

    private static func addresses(_ listeners: [HostListeners.Listener]) -> String {
        var found: [String] = []
        for listener in listeners {
            let socket = listener.socket
            let words = socket.address.map { "\($0)" } ?? (socket.isIPv6 ? "every IPv6 address" : "every IPv4 address")
            if !found.contains(words) { found.append(words) }
        }
        return found.joined(separator: ", ")
    }

    private func finding(_ listener: HostListeners.Listener, addresses: String) -> DriftFinding {
        let (socket, owner) = (listener.socket, listener.owner)
        let service = "\(socket.transport.name) \(socket.port)"
        var notes = ["at \(addresses)"]
        var who = "a process that could not be told"
        if let owner {
            who = "\(owner.name) (pid \(owner.process))"
            if let command = owner.command { notes.append("command: \(command)") }
            if let unit = owner.unit { notes.append("systemd unit: \(unit)") }
            if let since = started(owner.process) { notes.append("since \(since.rfc3339), when the process started") }
        } else {
            notes.append("the kernel itself, or a process that only root may look into")
        }
        notes.append("the socket was made by \(user(socket.user))")
        let words = "\(who) listens on \(service)"
        // An unconnected UDP socket among the ports that the kernel gives away is mostly the near end of a client.
        let mayBeClient = socket.transport == .udp && localPorts.contains(socket.port)
        if mayBeClient { notes.append("among the ports of outgoing connections: it may be a client's own end") }
        let isNote = socket.isLoopbackOnly || mayBeClient
        return DriftFinding(
            isNote
                ? .undeclaredOwnListener(words, notes: notes)
                : .undeclaredListener(words, notes: notes, isDenied: isDenied),
            kind: .undeclaredListener, subject: "\(service) \(owner?.name ?? "")\(socket.isLoopbackOnly ? " own" : "")",
            repair: .listener(
                Repair.Listener(
                    transport: socket.transport.name, port: socket.port, process: owner?.process, name: owner?.name,
                    unit: owner?.unit)))
    }
}
