import Foundation
import Glibc
import TestSupport
import Testing

/// An rsyslogd of its own with its own configuration, which speaks to the loopback only.
private final class Rsyslog {
    let port: Int
    private let process = Process()

    init(_ certificates: Certificates, permitted: String = "ship.example") throws {
        let configuration = """
            global(workDirectory="\(certificates.path("rsyslog"))" maxMessageSize="1m"
                defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="\(certificates.path("ca.pem"))"
                defaultNetstreamDriverCertFile="\(certificates.path("server.pem"))"
                defaultNetstreamDriverKeyFile="\(certificates.path("server.key"))")
            module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="x509/name"
                permittedPeer=["\(permitted)"])
            input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="\(certificates.path("port"))" ruleset="audit")
            template(name="line" type="string" string="%msg%\\n")
            template(name="head" type="string" string="%pri% %timestamp:::date-rfc3339% %hostname% %app-name% %msgid% %structured-data%\\n")
            ruleset(name="audit") {
                action(type="omfile" file="\(certificates.path("audit.jsonl"))" template="line" asyncWriting="off")
                action(type="omfile" file="\(certificates.path("heads"))" template="head" asyncWriting="off")
            }

            """
        try FileManager.default.createDirectory(
            atPath: certificates.path("rsyslog"), withIntermediateDirectories: true)
        try configuration.write(toFile: certificates.path("rsyslog.conf"), atomically: true, encoding: .utf8)
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/rsyslogd")
        process.arguments = [
            "-n", "-f", certificates.path("rsyslog.conf"), "-i", certificates.path("rsyslog.pid"),
        ]
        _ = FileManager.default.createFile(atPath: certificates.path("rsyslog.log"), contents: nil)
        let log = try FileHandle(forWritingTo: URL(fileURLWithPath: certificates.path("rsyslog.log")))
        process.standardError = log
        process.standardOutput = log
        try process.run()
        let file = certificates.path("port")
        var number: Int?
        _ = eventually {
            number = (try? String(contentsOfFile: file, encoding: .utf8)).flatMap {
                Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
            return number != nil
        }
        port = try #require(
            number, "\((try? String(contentsOfFile: certificates.path("rsyslog.log"), encoding: .utf8)) ?? "")")
    }

    deinit {
        // A child inherits the signals that a test's thread has blocked, SIGTERM among them.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

@Suite("records to rsyslog") struct RsyslogTests {
    @Test("rsyslog takes every line byte for byte, over mutual TLS")
    func delivery() throws {
        let sample = try SinkSample(records: 300)
        try sample.write(300..<310, filler: 20_000)
        let certificates = try Certificates(sample)
        let rsyslog = try Rsyslog(certificates)
        let result = try sample.ship("--once", "--timeout", "20", "--sink", certificates.sink(port: rsyslog.port))
        #expect(result.status == 0, "\(result.errors)")
        let expected = try sample.lines().joined(separator: "\n") + "\n"
        #expect(eventually { sample.text("audit.jsonl").utf8.count >= expected.utf8.count })
        #expect(sample.text("audit.jsonl") == expected)
        // What is around the line is as rsyslog understands RFC 5424: 13 * 8 + 4 of a refusal.
        #expect(eventually { sample.text("heads").utf8.count { $0 == 10 } == 311 })
        let heads = sample.text("heads").split(separator: "\n")
        let first = String(try #require(heads.dropFirst().first))
        #expect(first.hasPrefix("108 20"))
        #expect(first.hasSuffix("portgate deny [ledger@32473 leaf=\"1\" origin=\"host.example/portgate\"]"), "\(first)")
    }

    @Test("rsyslog that does not permit the client's name gets nothing, and the cursor stays")
    func notPermitted() throws {
        let sample = try SinkSample(records: 30)
        let certificates = try Certificates(sample)
        let rsyslog = try Rsyslog(certificates, permitted: "somebody-else.example")
        let result = try sample.ship("--once", "--timeout", "4", "--sink", certificates.sink(port: rsyslog.port))
        #expect(result.status == 1)
        #expect(result.errors.contains("cannot"), "\(result.errors)")
        #expect(sample.text("audit.jsonl").isEmpty)
        #expect(!FileManager.default.fileExists(atPath: sample.cursor("far")))
    }
}
