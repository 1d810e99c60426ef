import Foundation
import Policy
import TestSupport
import Testing

@testable import Gate

/// First policies.
@Suite("FirstPolicy")
struct FirstPolicyTests {
    private static func listener(
        _ port: UInt16, _ address: String?, process: String?, transport: TransportProtocol = .tcp
    ) -> HostListeners.Listener {
        HostListeners.Listener(
            socket: ListeningSocket(
                transport: transport, address: address.flatMap { try? IPAddress(parsing: $0) }, isIPv6: false,
                port: port,
                user: 0, inode: UInt32(port)),
            owner: process.map {
                SocketOwner(process: 1, name: $0, command: "\($0) -x: \"quoted\" # odd", unit: "a.service")
            })
    }

    private static func load(_ text: String) -> LoadResult {
        let reader = SourceReader(
            kind: { _ in .success(.file) }, read: { _, _ in .success(Array(text.utf8)) }, list: { _ in .success([]) })
        return PolicyLoader(reader: reader, zones: ZoneDatabase(read: { _ in nil }, names: { [] })).load(paths: [
            "p.yaml"
        ])
    }

    private let hostile = HostListeners(listeners: [
        listener(22, nil, process: "sshd"), listener(5432, "127.0.0.1", process: "postgres"),
        listener(5432, "::1", process: "postgres"), listener(6379, nil, process: "any"),
        listener(80, nil, process: "nginx: master"), listener(443, nil, process: "nginx: master"),
        listener(443, nil, process: "nginx: master", transport: .udp), listener(9000, nil, process: nil),
        listener(9001, nil, process: "((((\n: &x *y"),
        listener(9002, nil, process: String(repeating: "long", count: 40)),
        listener(9003, nil, process: "-.-"),
    ])

    @Test("it loads without an error, whatever processes are called, and names every port once")
    func loads() throws {
        let ssh = SSHConnection(parsing: "10.1.2.3 51515 10.1.0.1 22")
        let text = FirstPolicy(host: "Web_01.example: x", listeners: hostile, ssh: ssh, made: GateSample.now).text
        let result = Self.load(text)
        #expect(result.diagnostics.filter { $0.severity == .error }.isEmpty, "\(result.diagnostics)\n\(text)")
        let policy = try #require(result.policy)
        #expect(policy.ports.count == 10)
        #expect(Set(policy.ports.map(\.name)).count == 10)
        #expect(policy.owner == "TODO")
    }

    @Test("everything is closed but loopback listeners to the host itself and the SSH connection in use")
    func closes() throws {
        let ssh = SSHConnection(parsing: "10.1.2.3 51515 10.1.0.1 22")
        let text = FirstPolicy(host: "web", listeners: hostile, ssh: ssh, made: GateSample.now).text
        let policy = try #require(Self.load(text).policy)
        func isAllowed(_ source: String, _ port: UInt16) throws -> Bool {
            let attempt = AccessAttempt(
                source: try IPAddress(parsing: source), port: port, transport: .tcp, time: GateSample.now)
            if case .allowed = policy.decide(attempt) { return true }
            return false
        }
        #expect(try isAllowed("10.1.2.3", 22))
        #expect(try !isAllowed("10.1.2.4", 22))
        #expect(try isAllowed("127.0.0.1", 5432))
        #expect(try !isAllowed("10.1.2.3", 5432))
        for port: UInt16 in [80, 443, 6379, 9000, 9001, 9002, 9003] { #expect(try !isAllowed("10.1.2.3", port)) }
        // Its own tests hold.
        for test in policy.tests {
            let attempt = AccessAttempt(
                source: test.from, port: test.number, transport: test.transport, time: GateSample.now)
            if case .allowed = policy.decide(attempt) {
                #expect(test.expect == .allow)
            } else {
                #expect(test.expect == .deny)
            }
        }
        #expect(policy.tests.count >= policy.ports.count)
    }

    @Test("a host without listeners gets a policy that loads, or is told why not")
    func nothingListens() {
        let text = FirstPolicy(host: "web", listeners: HostListeners(listeners: []), ssh: nil, made: GateSample.now)
            .text
        #expect(Self.load(text).diagnostics.filter { $0.severity == .error }.isEmpty)
    }

    @Test("the sockets of a namespace are found with their process")
    func sockets() throws {
        let found = try ScratchNetworkNamespace.run { () -> HostListeners in
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            let datagrams = socket(AF_INET6, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            defer {
                close(server)
                close(datagrams)
            }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(5432).bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            #expect(bound == 0)
            #expect(listen(server, 1) == 0)
            var any = sockaddr_in6()
            any.sin6_family = sa_family_t(AF_INET6)
            any.sin6_port = in_port_t(514).bigEndian
            let boundAny = withUnsafePointer(to: &any) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(datagrams, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
            #expect(boundAny == 0)
            var found = try HostListeners.current()
            // A child that another test is just starting has the sockets, too, until it is another program.
            _ = try eventually {
                found = try HostListeners.current()
                return found.listeners.allSatisfy { $0.owner?.process == getpid() }
            }
            return found
        }
        #expect(found.listeners.map(\.socket.port) == [5432, 514])
        #expect(found.listeners.first?.socket.isLoopbackOnly == true)
        #expect(found.listeners.last?.socket.isLoopbackOnly == false)
        #expect(found.listeners.allSatisfy { $0.owner?.process == getpid() })
    }

    @Test("nothing is overwritten")
    func neverOverwrites() throws {
        let folder = try StateFolder()
        try FirstPolicy.write("a", to: "\(folder.path)/p.yaml")
        let failure = #expect(throws: GateFailure.self) { try FirstPolicy.write("b", to: "\(folder.path)/p.yaml") }
        #expect(failure?.diagnostic.code == "PG417")
        #expect(try folder.read("p.yaml") == Array("a".utf8))
    }

    @Test(
        "a unit is told from the lines of a cgroup file",
        arguments: [
            ("0::/system.slice/postgresql.service\n", "postgresql.service"), ("0::/\n", nil), ("", nil),
            ("1:name=systemd:/user.slice/session-1.scope\n0::/x\n", "session-1.scope"),
        ])
    func units(text: String, unit: String?) { #expect(SocketOwners.unit(inCgroups: text) == unit) }
}
