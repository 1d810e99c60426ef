import Foundation
import TestSupport
import Testing

/// Request types with the programs that people use.
@Suite("request types with real clients", .serialized)
struct RequestClientTests {
    @Test(
        "a real client of the right type is served by its real server, and the server by `serves`",
        arguments: ["http", "tls", "ssh", "postgresql", "redis", "dns"])
    func rightClients(service: String) throws {
        let lab = try RequestLab()
        try lab.serve(service)
        for client in RealClient.all where client.service == service {
            for type in client.types {
                for serves in [nil, service] {
                    try lab.apply(type, serves: serves)
                    let result = try lab.run(client)
                    #expect(
                        result.status == 0 && result.output.contains(client.success),
                        "\(client.name) as \(type), serves \(serves ?? "anything"): \(result)")
                }
            }
        }
        guard service == "dns" else { return }
        try lab.apply("dns", serves: "dns", transport: "udp")
        #expect(try lab.run(RealClient.digOverDatagrams).output.contains("192.0.2.7"))
        #expect(try lab.gate.client.connect(.udp, "10.99.1.1", 8443).isKeptOut)
    }

    @Test(
        "a client of another type is cut before the server reads, recorded, and its half freed",
        arguments: RealClient.types)
    func wrongClients(type: String) throws {
        let lab = try RequestLab()
        let reader = try lab.read()
        try lab.apply(type)
        let records = try lab.gate.server.records(ofGroup: 77)
        let wrong = RealClient.all.filter { !$0.types.contains(type) }
        try #require(wrong.count >= 7)
        for client in wrong {
            let result = try lab.run(client)
            let failed = result.status != 0 || !result.output.contains(client.success)
            #expect(failed, "\(client.name): \(result)")
            let prefixes = try records.take().compactMap(\.prefix)
            let told = prefixes.filter { $0 == "pg1 deny gated request " || $0 == "pg1 deny gated short " }
            #expect(!told.isEmpty, "\(client.name): \(prefixes)")
            // An SSLRequest has eight bytes, which is less than some types are told by.
            if client.name != "psql with TLS" { #expect(!told.contains("pg1 deny gated short ")) }
            #expect(!prefixes.contains { $0.hasPrefix("pg1 allow") }, "\(client.name): \(prefixes)")
            #expect(try lab.established() == "", "\(client.name)")
        }
        let connections = try reader.connections()
        #expect(connections.count >= wrong.count)
        for connection in connections { #expect(connection.read == "") }
    }

    @Test("C12: a first segment too short to judge is refused, and recorded as that")
    func tooShort() throws {
        let lab = try RequestLab()
        let reader = try lab.read()
        try lab.apply("http.get:/metrics")
        let records = try lab.gate.server.records(ofGroup: 77)
        let client = try lab.gate.client.run(
            ["/bin/sh", "-c", "(printf 'GET /metri'; sleep 1; printf 'cs') | timeout 20 nc -w 10 10.99.1.1 8443"])
        #expect(client.output == "")
        #expect(try records.take().map(\.prefix).contains("pg1 deny gated short "))
        #expect(try reader.connections().map(\.read) == [""])
    }

    @Test("what squats on a port is found by its first bytes", arguments: ["ssh", "http", "tls", "redis"])
    func squatter(type: String) throws {
        let lab = try RequestLab()
        _ = try lab.read("--banner", "root@db:~# ")
        try lab.apply(nil, serves: type)
        let records = try lab.gate.server.records(ofGroup: 77)
        let heard = try lab.gate.client.run(
            ["/usr/bin/timeout", "20", "/bin/nc", "-w", "10", "10.99.1.1", "8443"], input: "")
        #expect(heard.output == "")
        #expect(try records.take().map(\.prefix).contains("pg1 deny gated serves "))
        #expect(try lab.established() == "")
    }

    @Test("C11: data in a SYN is not read before it is judged, and the client is served all the same")
    func c11() throws {
        let lab = try RequestLab()
        try lab.gate.server.sysctl("net.ipv4.tcp_fastopen", "1539")
        try lab.gate.client.sysctl("net.ipv4.tcp_fastopen", "5")
        let reader = try lab.read("--fastopen")
        func open(_ text: String) throws -> Int {
            let script = """
                import socket, sys
                s = socket.socket(); s.settimeout(20)
                s.bind(("", 0)); port = s.getsockname()[1]
                try:
                    s.sendto(sys.argv[1].encode(), socket.MSG_FASTOPEN, ("10.99.1.1", 8443)); s.recv(100)
                except OSError: pass
                print(port)
                """
            let result = try lab.gate.client.run(["/usr/bin/python3", "-I", "-c", script, text])
            return try #require(Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines)), "\(result)")
        }
        func read(_ port: Int) throws -> [String] {
            try reader.connections().filter { $0.port == port }.map { $0.text }
        }
        // Without request types the server takes it from the SYN: the lab does what it should.
        try lab.apply(nil)
        #expect(try read(open("EVIL / 1\r\n\r\n")) == ["EVIL / 1\r\n\r\n"])
        #expect(try passiveFastOpens(lab) == 1)
        try lab.apply("http.get")
        #expect(try read(open("GET / HTTP/1.0\r\n\r\n")) == ["GET / HTTP/1.0\r\n\r\n"])
        #expect(try read(open("EVIL / 1\r\n\r\n")).allSatisfy { $0 == "" })
        #expect(try passiveFastOpens(lab) == 1)
    }

    private func passiveFastOpens(_ lab: RequestLab) throws -> Int {
        let text = try lab.gate.server.check("/bin/cat", "/proc/net/netstat")
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("TcpExt:") }.map { $0.split(separator: " ") }
        try #require(lines.count == 2)
        let index = try #require(lines[0].firstIndex(of: "TCPFastOpenPassive"))
        return try #require(Int(lines[1][index]))
    }

    @Test("a full table of first sequences refuses and says so")
    func fullTable() throws {
        let lab = try RequestLab()
        _ = try lab.read("--silent")
        try lab.apply("http.get", remembering: 4)
        let records = try lab.gate.server.records(ofGroup: 77)
        var waiting: [LabSession] = []
        for _ in 0..<4 { waiting.append(try lab.gate.client.session(.tcp, "10.99.1.1", 8443)) }
        #expect(try records.take().isEmpty)
        #expect(try lab.gate.client.connect("10.99.1.1", 8443) == .timedOut)
        #expect(try records.take().map(\.prefix).contains("pg1 deny gated full "))
        withExtendedLifetime(waiting) {}
    }
}
