import Foundation
import TestSupport
import Testing

/// Certificates in a test's folder, made by `openssl`.
struct Certificates {
    private let folder: String

    /// Makes `ca` and `other-ca`; `server` for collector.example, localhost and 127.0.0.1, and `client`, both of `ca`.
    init(_ sample: SinkSample) throws {
        folder = sample.root.path
        for name in ["ca", "other-ca"] {
            try Self.run(
                Self.request + ["-subj", "/CN=\(name)", "-keyout", path("\(name).key"), "-out", path("\(name).pem")])
        }
        try issue("server", names: "DNS:collector.example,DNS:localhost,IP:127.0.0.1")
        try issue("client", names: "DNS:ship.example")
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    private static let request = [
        "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "2",
    ]

    /// Issues NAME.pem and NAME.key.
    func issue(_ name: String, names: String, by authority: String = "ca") throws {
        try Self.run(
            Self.request + [
                "-subj", "/CN=\(name)", "-addext", "subjectAltName=\(names)", "-addext", "basicConstraints=CA:FALSE",
                "-CA", path("\(authority).pem"), "-CAkey", path("\(authority).key"), "-keyout", path("\(name).key"),
                "-out", path("\(name).pem"),
            ])
    }

    /// Issues a server's certificate that was valid in 2020.
    func issueExpired(_ name: String, names: String) throws {
        let configuration = """
            [ca]
            default_ca = one
            [one]
            database = \(path("index.txt"))
            serial = \(path("serial"))
            new_certs_dir = \(folder)
            default_md = sha256
            policy = any
            x509_extensions = extensions
            [any]
            commonName = supplied
            [extensions]
            subjectAltName = \(names)
            """
        try configuration.write(toFile: path("ca.conf"), atomically: true, encoding: .utf8)
        try "".write(toFile: path("index.txt"), atomically: true, encoding: .utf8)
        try "01\n".write(toFile: path("serial"), atomically: true, encoding: .utf8)
        try Self.run([
            "/usr/bin/openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=\(name)", "-keyout", path("\(name).key"), "-out", path("\(name).csr"),
        ])
        try Self.run([
            "/usr/bin/openssl", "ca", "-batch", "-config", path("ca.conf"), "-cert", path("ca.pem"), "-keyfile",
            path("ca.key"), "-startdate", "20200101000000Z", "-enddate", "20200201000000Z", "-in", path("\(name).csr"),
            "-out", path("\(name).pem"),
        ])
    }

    private static func run(_ arguments: [String]) throws {
        let result = try runCommand(arguments)
        try #require(result.status == 0, "\(arguments.joined(separator: " ")): \(result.errors)")
    }

    /// What stands behind `tls://` for a receiver on a port of this host.
    func sink(port: Int, host: String = "127.0.0.1", client: String? = "client", _ options: String...) -> String {
        let shown = client.map { ",cert=\(path("\($0).pem")),key=\(path("\($0).key"))" } ?? ""
        return (["tls://\(host):\(port),ca=\(path("ca.pem"))\(shown),name=far"] + options).joined(separator: ",")
    }
}

/// The receiver of `Servers/tls-server.py`.
struct TestReceiver {
    let process: LabProcess
    let port: Int

    init(
        _ certificates: Certificates, server: String = "server", authority: String = "ca", output: String = "received",
        port: Int? = nil, flags: [String] = []
    ) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Servers/tls-server.py").path
        process = try LabProcess(
            ["/usr/bin/python3", script, certificates.path(output)]
                + [certificates.path("\(server).pem"), certificates.path("\(server).key")]
                + [certificates.path("\(authority).pem")] + (port.map { ["\($0)"] } ?? []) + flags)
        let ready = try process.line()
        self.port = try #require(Int(ready.dropFirst("ready ".count)), "\(ready)")
    }
}
