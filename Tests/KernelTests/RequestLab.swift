import Foundation
import Glibc
import TestSupport
import Testing

/// A gate lab whose port 8443 speaks request types: real servers, real clients, and a reader whose word is the truth.
final class RequestLab {
    let gate: GateLab
    let folder: URL

    private static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("RequestScripts")

    init() throws {
        gate = try GateLab()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        // First the servers, which write into the folder.
        gate.lab.close()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Applies a policy that lets the client speak the types.
    func apply(_ types: String?, serves: String? = nil, transport: String = "tcp", remembering: UInt32 = 65_536) throws
    {
        try gate.apply(
            """
            version: 1
            name: lab
            ports:
              - name: gated
                port: 8443
                protocol: \(transport)
                log: { denied: all }
                \(serves.map { "serves: \($0)" } ?? "# whatever it serves")
                allow:
                  - { name: client, cidrs: [10.99.1.0/24]\(types.map { ", requests: [\"\($0)\"]" } ?? "") }

            """, remembering: remembering)
    }

    private func start(_ script: String, _ arguments: [String], in host: LabNamespace) throws -> LabProcess {
        let path = Self.scripts.appendingPathComponent(script).path
        return try host.start(["/usr/bin/python3", "-I", path] + arguments)
    }

    /// Starts a real server of a kind.
    func serve(_ kind: String) throws {
        let process = try start("services.py", [kind, "8443", folder.path], in: gate.server)
        let line = try process.line(within: 120)
        try #require(line == "ready")
    }

    /// Starts a server that reads.
    func read(_ flags: String...) throws -> Reader {
        let process = try start("reader.py", ["8443"] + flags, in: gate.server)
        let line = try process.line()
        try #require(line == "ready")
        return Reader(process: process)
    }

    /// Runs a real client of ``RealClient/all`` to its end.
    func run(_ client: RealClient) throws -> CommandResult {
        try gate.client.run(["/usr/bin/timeout", "60"] + client.arguments(folder: folder.path))
    }

    /// One connection of the client of hand-made segments.
    struct Attempt: CustomStringConvertible {
        let name: String
        let port: Int
        let answers: String

        var description: String { "\(name) (\(answers))" }
    }

    /// Makes attempts of the client of hand-made segments, all that it knows when none are named.
    func attempt(_ names: [String]) throws -> [Attempt] {
        // The client's kernel knows nothing of the connections and must not reset them.
        try gate.client.loadForeign(
            """
            table ip own {
              chain in { type filter hook prerouting priority -500; tcp sport 8443 drop; }
            }
            """)
        let path = Self.scripts.appendingPathComponent("hostile.py").path
        let result = try gate.client.run(
            ["/usr/bin/python3", "-I", path, "10.99.1.1", "8443", "10.99.1.2"] + names)
        try #require(result.status == 0, "\(result)")
        return try result.output.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            let port = try #require(words.count > 2 ? Int(words[1]) : nil, "\(line)")
            return Attempt(name: String(words[0]), port: port, answers: words[2...].joined(separator: " "))
        }
    }

    /// The server's connections that stand.
    ///
    /// - Parameter seconds: how long to look for them to be gone: the end that sent what was cut learns of it when it sends again.
    func established(within seconds: Double = 10) throws -> String {
        var found = ""
        _ = try eventually(within: seconds) {
            found = try gate.server.check("/usr/bin/ss", "-Htn", "state", "established", "sport", "= :8443")
            return found.isEmpty
        }
        return found
    }
}

/// A server that says what it has read.
struct Reader {
    let process: LabProcess

    struct Connection: Decodable {
        let port: Int
        let read: String

        /// What was read, one character for each byte.
        var text: String {
            String(decoding: bytes, as: UTF8.self)
        }

        private var bytes: [UInt8] {
            stride(from: 0, to: read.count, by: 2).map { index in
                let start = read.index(read.startIndex, offsetBy: index)
                return UInt8(read[start..<read.index(start, offsetBy: 2)], radix: 16) ?? 0
            }
        }
    }

    func connections() throws -> [Connection] {
        try JSONDecoder().decode([Connection].self, from: Data(process.ask("take").utf8))
    }
}

/// A program that people use to speak a protocol.
struct RealClient: CustomTestStringConvertible, Sendable {
    let name: String
    /// The request types that it speaks, of ``types``.
    let types: Set<String>
    /// The server that answers it, and what it then prints.
    let service: String
    let success: String
    private let command: [String]

    var testDescription: String { name }

    func arguments(folder: String) -> [String] { command.map { $0.replacingOccurrences(of: "FOLDER", with: folder) } }

    static let types = [
        "http.get", "http.post:/form", "tls", "ssh", "postgresql", "postgresql.tls", "redis:get", "dns",
    ]

    private static let postgresql =
        "host=10.99.1.1 port=8443 user=postgres gssencmode=disable connect_timeout=20 sslmode="
    private static let redis = ["/usr/bin/redis-cli", "-h", "10.99.1.1", "-p", "8443"]

    static let all = [
        RealClient(
            name: "curl", types: ["http.get"], service: "http", success: "served",
            command: ["/usr/bin/curl", "-s", "-S", "-m", "30", "http://10.99.1.1:8443/metrics"]),
        RealClient(
            name: "curl -d", types: ["http.post:/form"], service: "http", success: "served",
            command: ["/usr/bin/curl", "-s", "-S", "-m", "30", "-d", "a=b", "http://10.99.1.1:8443/form"]),
        RealClient(
            name: "curl https", types: ["tls"], service: "tls", success: "200",
            command: [
                "/usr/bin/curl", "-s", "-k", "-m", "30", "-o", "/dev/null", "-w", "%{http_code}",
                "https://10.99.1.1:8443/",
            ]),
        RealClient(
            name: "openssl s_client", types: ["tls"], service: "tls", success: "TLSv1.3",
            command: ["/bin/sh", "-c", "openssl s_client -connect 10.99.1.1:8443 -brief 2>&1 </dev/null"]),
        RealClient(
            name: "ssh", types: ["ssh"], service: "ssh", success: "served",
            command: [
                "/usr/bin/ssh", "-p", "8443", "-i", "FOLDER/user", "-o", "BatchMode=yes", "-o",
                "StrictHostKeyChecking=no",
                "-o", "UserKnownHostsFile=/dev/null", "-o", "ConnectTimeout=30", "root@10.99.1.1", "echo", "served",
            ]),
        RealClient(
            name: "psql", types: ["postgresql"], service: "postgresql", success: "42",
            command: ["/usr/bin/psql", postgresql + "disable", "-Atc", "select 42"]),
        RealClient(
            name: "psql with TLS", types: ["postgresql", "postgresql.tls"], service: "postgresql", success: "t",
            command: [
                "/usr/bin/psql", postgresql + "require", "-Atc",
                "select ssl from pg_stat_ssl where pid = pg_backend_pid()",
            ]),
        RealClient(
            name: "redis-cli get", types: ["redis:get"], service: "redis", success: "\n",
            command: redis + ["get", "key"]),
        RealClient(
            name: "redis-cli flushall", types: ["redis"], service: "redis", success: "OK", command: redis + ["flushall"]
        ),
        RealClient(
            name: "dig +tcp", types: ["dns"], service: "dns", success: "192.0.2.7",
            command: [
                "/usr/bin/dig", "@10.99.1.1", "-p", "8443", "+tcp", "+tries=1", "+time=20", "+short", "example.test",
            ]),
    ]

    static let digOverDatagrams = RealClient(
        name: "dig", types: ["dns"], service: "dns", success: "192.0.2.7",
        command: ["/usr/bin/dig", "@10.99.1.1", "-p", "8443", "+tries=1", "+time=3", "+short", "example.test"])
}
