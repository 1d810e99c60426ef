import Foundation
import Glibc

/// What a client saw.
public enum ClientOutcome: Hashable, Sendable {
    /// The server's application answered.
    case connected
    /// A TCP reset to the SYN, or a port unreachable.
    case refused
    /// The connection stood and was reset.
    case reset
    /// Prohibited, by an ICMP error.
    case prohibited
    /// Nothing came back.
    case timedOut
    /// Anything else, in the client's words.
    case other(String)

    init(_ line: String) {
        switch line {
        case "refused": self = .refused
        case "reset": self = .reset
        case "prohibited": self = .prohibited
        case "timed-out": self = .timedOut
        default: self = line.hasPrefix("echo") ? .connected : .other(line)
        }
    }

    /// Whether the gate kept the client out; every other outcome than an answer counts, but not one of a broken lab.
    public var isKeptOut: Bool {
        switch self {
        case .refused, .reset, .prohibited, .timedOut: true
        case .connected, .other: false
        }
    }
}

/// A transport protocol that the lab's clients and servers speak through sockets.
public enum LabTransport: String, Sendable {
    /// TCP.
    case tcp
    /// UDP.
    case udp
    /// UDP-Lite.
    case udplite
}

/// A host of a lab: a network namespace and what runs in it.
public final class LabNamespace {
    /// The name under /run/netns.
    public let name: String
    private var processes: [LabProcess] = []

    init(name: String) { self.name = name }

    // MARK: - The host

    /// Returns the command line that runs a program in this namespace alone: /sys stays that of the machine.
    public func command(_ arguments: [String]) -> [String] {
        ["/usr/bin/nsenter", "--net=/run/netns/\(name)"] + arguments
    }

    /// Runs a program in the namespace to its end, whatever its status.
    public func run(
        _ arguments: [String], input: String = "", environment: [String: String]? = nil
    ) throws -> CommandResult {
        try runCommand(command(arguments), input: input, environment: environment)
    }

    /// Runs a program that must succeed and returns its output.
    @discardableResult
    public func check(_ arguments: String..., input: String = "") throws -> String {
        try NetworkLab.check(command(arguments), input: input)
    }

    /// Runs `ip` on the namespace.
    public func ip(_ arguments: String...) throws {
        try NetworkLab.check(["/usr/sbin/ip", "-n", name] + arguments)
    }

    /// Gives an interface an address.
    public func address(_ address: String, on interface: String) throws {
        let mode = address.contains(":") ? ["nodad"] : []
        try NetworkLab.check(["/usr/sbin/ip", "-n", name, "address", "add", address, "dev", interface] + mode)
    }

    /// Loads text that stands for somebody else's rules.
    public func loadForeign(_ ruleset: String) throws {
        try NetworkLab.check(command(["/usr/sbin/nft", "-f", "-"]), input: ruleset + "\n")
    }

    /// Sets a variable of sysctl(8).
    public func sysctl(_ name: String, _ value: String) throws {
        try NetworkLab.check(
            command(["/bin/sh", "-c", "echo \(value) > /proc/sys/" + name.replacingOccurrences(of: ".", with: "/")]))
    }

    /// Starts a program that lives until the lab is closed.
    public func start(_ arguments: [String]) throws -> LabProcess {
        let process = try LabProcess(command(arguments))
        processes.append(process)
        return process
    }

    func killAll() {
        for process in processes { process.kill() }
        processes = []
    }

    // MARK: - Clients and servers

    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Scripts/lab.py").path

    /// Starts the lab's script and waits until it says that it is ready.
    private func startScript(_ arguments: [String], expecting first: String?) throws -> LabProcess {
        let process = try start(["/usr/bin/python3", "-I", Self.script] + arguments)
        guard let first else { return process }
        let line = try process.line()
        guard line == first else { throw NetworkLab.Failure(description: "\(arguments): \(line)") }
        return process
    }

    /// Starts echo servers, as `tcp/8443`, `udp/8443`, `tcp/127.0.0.1/8443`. They listen when this returns.
    @discardableResult
    public func serve(_ specs: String...) throws -> LabProcess {
        try startScript(["serve"] + specs, expecting: "ready")
    }

    /// Makes one connection, or sends one datagram, and waits for the answer.
    public func connect(
        _ transport: LabTransport, _ address: String, _ port: UInt16, source: String? = nil,
        sourcePort: UInt16? = nil, user: UInt32? = nil, group: UInt32? = nil, say text: String = "hello",
        padded: Int = 0
    ) throws -> ClientOutcome {
        let line = try lab(
            ["connect", transport.rawValue, address, "\(port)", "--say", text, "--pad", "\(padded)"]
                + Self.options(source, sourcePort, user, group))
        return ClientOutcome(line)
    }

    /// Makes one TCP connection and waits for the answer.
    public func connect(
        _ address: String, _ port: UInt16, source: String? = nil, sourcePort: UInt16? = nil, user: UInt32? = nil
    ) throws -> ClientOutcome {
        try connect(.tcp, address, port, source: source, sourcePort: sourcePort, user: user)
    }

    /// Opens a connection that speaks when told to; its outcome when it does not open.
    public func session(
        _ transport: LabTransport, _ address: String, _ port: UInt16, sourcePort: UInt16? = nil
    ) throws -> LabSession {
        let process = try startScript(
            ["session", transport.rawValue, address, "\(port)"] + Self.options(nil, sourcePort, nil, nil),
            expecting: "open")
        return LabSession(process: process)
    }

    /// Sends numbered datagrams until told to stop.
    public func flood(
        _ address: String, _ port: UInt16, rate: Int, tag: String, count: Int = 0, source: String? = nil,
        sourcePort: UInt16? = nil
    ) throws -> LabFlood {
        let process = try startScript(
            ["flood", address, "\(port)", "--rate", "\(rate)", "--tag", tag, "--count", "\(count)"]
                + Self.options(source, sourcePort, nil, nil), expecting: "ready")
        return LabFlood(process: process)
    }

    /// Sends one hand-made TCP segment and returns what came back: `answer SA`, `answer RA`, `icmp 3 13` or `silent`.
    public func probe(
        _ address: String, _ port: UInt16, source: String, sourcePort: UInt16? = nil, flags: String = "S",
        extensions: String = "none", payload: String = ""
    ) throws -> String {
        try lab(
            [
                "probe", address, "\(port)", "--flags", flags, "--extension", extensions, "--payload", payload,
            ] + Self.options(source, sourcePort, nil, nil))
    }

    /// Sends one UDP datagram over IPv6 in fragments.
    public func fragmentedDatagram(_ address: String, _ port: UInt16, source: String, tag: String) throws {
        _ = try lab(["datagram6", address, "\(port)", "--source", source, "--tag", tag])
    }

    /// Sends one router advertisement to the nodes on an interface.
    public func advertise(on interface: String) throws { _ = try lab(["advertise", interface]) }

    /// Starts to read the records of an NFLOG group.
    public func records(ofGroup group: UInt16) throws -> LabRecords {
        LabRecords(process: try startScript(["nflog", "\(group)"], expecting: "ready"))
    }

    private func lab(_ arguments: [String]) throws -> String {
        let output = try NetworkLab.check(command(["/usr/bin/python3", "-I", Self.script] + arguments))
        return output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func options(
        _ source: String?, _ sourcePort: UInt16?, _ user: UInt32?, _ group: UInt32?
    ) -> [String] {
        let pairs = [
            ("--source", source), ("--sport", sourcePort.map { "\($0)" }), ("--uid", user.map { "\($0)" }),
            ("--gid", group.map { "\($0)" }),
        ]
        return pairs.flatMap { name, value in value.map { [name, $0] } ?? [] }
    }
}
