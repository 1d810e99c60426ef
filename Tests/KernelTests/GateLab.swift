import CLinux
import Compiler
import Foundation
import Gate
import Glibc
import Nftables
import Policy
import TestSupport
import Testing

/// A server with a gate between a client it should let in and an intruder it should not, each on a cable of its own.
final class GateLab {
    let lab: NetworkLab
    let server: LabNamespace
    let client: LabNamespace
    let intruder: LabNamespace

    init() throws {
        lab = try NetworkLab()
        server = try lab.namespace("server")
        client = try lab.namespace("client")
        intruder = try lab.namespace("intruder")
        try lab.cable(server, ["10.99.1.1/24", "fd99:1::1/64"], client, ["10.99.1.2/24", "fd99:1::2/64"])
        try lab.cable(server, ["10.99.2.1/24", "fd99:2::1/64"], intruder, ["10.99.2.2/24", "fd99:2::2/64"])
        for (host, subnet) in [(client, 1), (intruder, 2)] {
            try host.ip("route", "add", "default", "via", "10.99.\(subnet).1")
            try host.ip("route", "add", "default", "via", "fd99:\(subnet)::1")
        }
    }

    deinit { lab.close() }

    /// Compiles a policy and loads it into the server in the steps of an apply.
    ///
    /// - Parameters:
    ///   - clock: what the policy's clock shows at this moment; the true time unless given.
    ///   - remembering: how many connections can wait at once for their first payload.
    func apply(_ yaml: String, clock: Instant? = nil, remembering: UInt32 = 65_536) throws {
        let policy = try Self.policy(yaml)
        let now = Int64(Date().timeIntervalSince1970)
        let live = try inServer { try NftWorker().list() }
        let options = CompileOptions(
            now: clock ?? Instant(seconds: now), kernelClockOffset: clock.map { now - $0.seconds } ?? 0,
            epoch: live.flatMap(GateEpoch.init)?.next ?? 1, rememberedConnections: remembering)
        let result = PolicyCompiler.compile(policy, options: options)
        let table = try #require(result.table, "\(result.diagnostics)")
        try inServer {
            let worker = NftWorker()
            for batch in try table.transition(from: try worker.list()) {
                let answer = worker.load(batch.text)
                guard answer == .ok else { throw NetworkLab.Failure(description: "\(batch.summary): \(answer)") }
            }
            guard try worker.list() == table else { throw NetworkLab.Failure(description: "read back otherwise") }
        }
    }

    /// Reads a policy that must be one.
    static func policy(_ yaml: String) throws -> Policy {
        let bytes = Array(yaml.utf8)
        let reader = SourceReader(
            kind: { _ in .success(.file) }, read: { _, _ in .success(bytes) }, list: { _ in .success([]) })
        let loaded = PolicyLoader(reader: reader, zones: zones).load(paths: ["lab.yaml"])
        return try #require(loaded.policy, "\(loaded.diagnostics)")
    }

    private static let zones = ZoneDatabase(
        read: { (try? Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/\($0)"))).map { [UInt8]($0) } },
        names: { [] })

    /// A policy of one port that the client may reach.
    static func policyText(
        port: String = "8443", protocol transport: String? = nil, cidrs: String = "10.99.1.0/24, \"fd99:1::/64\"",
        settings: String = ""
    ) -> String {
        """
        version: 1
        name: lab
        ports:
          - name: gated
            port: \(port)
            \(transport.map { "protocol: \($0)" } ?? "# every protocol")
            \(settings)
            allow:
              - { name: client, cidrs: [\(cidrs)] }

        """
    }

    /// Runs work on a thread of its own in the server's network namespace.
    func inServer<Value>(_ body: () throws -> Value) throws -> Value {
        let path = "/run/netns/\(server.name)"
        let outcome = NamespaceThread.run {
            Result {
                let descriptor = open(path, O_RDONLY | O_CLOEXEC)
                defer { close(descriptor) }
                guard descriptor >= 0, portgate_setns_net(descriptor) == 0 else {
                    throw NetworkLab.Failure(description: "setns: errno \(errno)")
                }
                return try body()
            }
        }
        return try #require(outcome).get()
    }

    /// Counts behind the gate what asks for 8443/tcp over IPv4: answers are judged by themselves, and may be cut.
    func countBehindTheGate() throws {
        try server.loadForeign(
            """
            table ip seen {
                counter asked { }
                chain in {
                    type filter hook input priority 20
                    tcp dport 8443 counter name asked
                }
            }
            """)
    }

    /// Whether anything was counted since the counter was made or reset.
    func hasCountedBehindTheGate() throws -> Bool {
        try !server.check("/usr/sbin/nft", "list", "counter", "ip", "seen", "asked").contains("packets 0 ")
    }

    /// Packets that a named counter has seen.
    func counter(_ name: String) throws -> Int {
        let text = try server.check("/usr/sbin/nft", "list", "counter", "inet", "portgate", name)
        let match = try #require(text.firstMatch(of: /packets ([0-9]+)/), "\(text)")
        return try #require(Int(match.1))
    }
}
