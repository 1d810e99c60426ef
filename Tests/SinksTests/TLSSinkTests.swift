import Foundation
import Glibc
import Ledger
import TestSupport
import Testing

@testable import Sinks

@Suite("records over TLS") struct TLSSinkTests {
    @Test(
        "every record arrives once, in order, byte for byte", arguments: [[], ["--bare-end"], ["--tls12"]])
    func delivery(flags: [String]) throws {
        let sample = try SinkSample(records: 500)
        let certificates = try Certificates(sample)
        let receiver = try TestReceiver(certificates, flags: flags)
        let result = try sample.ship("--once", "--sink", certificates.sink(port: receiver.port))
        #expect(result.status == 0, "\(result.errors)")
        #expect(try receiver.process.line() == "client client")
        #expect(try lines(ofFrames: sample.content("received")) == sample.lines())
        // What follows goes on where this ended.
        try sample.write(500..<510)
        #expect(try sample.ship("--once", "--sink", certificates.sink(port: receiver.port)).status == 0)
        #expect(try lines(ofFrames: sample.content("received")) == sample.lines())
    }

    @Test("a name is looked up, and each of its addresses tried")
    func name() throws {
        let sample = try SinkSample(records: 3)
        let certificates = try Certificates(sample)
        // localhost is ::1 as well, where this receiver does not listen.
        let receiver = try TestReceiver(certificates)
        let sink = certificates.sink(port: receiver.port, host: "localhost")
        let result = try sample.ship("--once", "--sink", sink)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try lines(ofFrames: sample.content("received")) == sample.lines())
    }

    @Test("a name that nobody knows is told")
    func unknownName() throws {
        let sample = try SinkSample(records: 3)
        let certificates = try Certificates(sample)
        // No name has an empty part, so nobody is asked for it.
        let sink = certificates.sink(port: 6514, host: "a..b")
        let result = try sample.ship("--once", "--timeout", "1", "--sink", sink)
        #expect(result.status == 1)
        #expect(result.errors.contains("cannot look up a..b"), "\(result.errors)")
    }

    @Test("a name that the certificate has not is refused")
    func wrongName() throws {
        let sample = try SinkSample(records: 3)
        let certificates = try Certificates(sample)
        let receiver = try TestReceiver(certificates)
        let sink = certificates.sink(port: receiver.port, "server-name=other.example")
        let result = try sample.ship("--once", "--timeout", "3", "--sink", sink)
        #expect(result.status == 1)
        #expect(result.errors.contains("the receiver's certificate is not for 'other.example'"), "\(result.errors)")
        #expect(sample.content("received").isEmpty)
        #expect(!FileManager.default.fileExists(atPath: sample.cursor("far")))
    }

    @Test("a certificate of an unknown authority is refused")
    func wrongAuthority() throws {
        let sample = try SinkSample(records: 3)
        let certificates = try Certificates(sample)
        try certificates.issue("forged", names: "IP:127.0.0.1", by: "other-ca")
        let receiver = try TestReceiver(certificates, server: "forged")
        let result = try sample.ship("--once", "--timeout", "3", "--sink", certificates.sink(port: receiver.port))
        #expect(result.status == 1)
        #expect(result.errors.contains("was not issued by an authority of"), "\(result.errors)")
        #expect(sample.content("received").isEmpty)
    }

    @Test("an expired certificate is refused")
    func expired() throws {
        let sample = try SinkSample(records: 3)
        let certificates = try Certificates(sample)
        try certificates.issueExpired("old", names: "IP:127.0.0.1")
        let receiver = try TestReceiver(certificates, server: "old")
        let result = try sample.ship("--once", "--timeout", "3", "--sink", certificates.sink(port: receiver.port))
        #expect(result.status == 1)
        #expect(result.errors.contains("the receiver's certificate is expired"), "\(result.errors)")
        #expect(sample.content("received").isEmpty)
    }

    @Test("a receiver that wants a client certificate says so", arguments: [[], ["--tls12"]])
    func noClientCertificate(flags: [String]) throws {
        let sample = try SinkSample(records: 3)
        let certificates = try Certificates(sample)
        let receiver = try TestReceiver(certificates, flags: flags)
        let sink = certificates.sink(port: receiver.port, client: nil)
        let result = try sample.ship("--once", "--timeout", "3", "--sink", sink)
        #expect(result.status == 1)
        #expect(result.errors.contains("give cert= and key="), "\(result.errors)")
        #expect(sample.content("received").isEmpty)
    }

    @Test("an attempt that fails as the one before it did is not told again")
    func toldOnce() throws {
        let sample = try SinkSample(records: 3)
        let certificates = try Certificates(sample)
        let receiver = try TestReceiver(certificates, flags: ["--tls12"])
        let ship = try sample.start("--sink", certificates.sink(port: receiver.port, client: nil))
        // Two are over when the third comes.
        for _ in 0..<3 { #expect(try receiver.process.line().hasPrefix("refused")) }
        #expect(ship.messages.split(separator: "\n").count == 1, "\(ship.messages)")
        #expect(ship.stop() == 0)
    }

    @Test("a client certificate of an authority that the receiver does not know is refused in words")
    func foreignClient() throws {
        let sample = try SinkSample(records: 3)
        let certificates = try Certificates(sample)
        try certificates.issue("stranger", names: "DNS:ship.example", by: "other-ca")
        let receiver = try TestReceiver(certificates)
        let sink = certificates.sink(port: receiver.port, client: "stranger")
        let result = try sample.ship("--once", "--timeout", "3", "--sink", sink)
        #expect(result.status == 1)
        #expect(result.errors.contains("the receiver does not know the authority"), "\(result.errors)")
    }

    @Test("a receiver that never answers holds up no other sink")
    func deafReceiver() throws {
        let sample = try SinkSample(records: 50)
        let certificates = try Certificates(sample)
        let receiver = try TestReceiver(certificates, flags: ["--deaf"])
        let ship = try sample.start(
            "--timeout", "2", "--sink", certificates.sink(port: receiver.port), "--sink", "file:\(sample.path("out"))")
        #expect(eventually { sample.text("out").utf8.count { $0 == 10 } == 51 }, "\(ship.messages)")
        try sample.write(50..<60)
        #expect(eventually { sample.text("out").utf8.count { $0 == 10 } == 61 })
        #expect(eventually { ship.messages.contains("far: cannot shake hands") }, "\(ship.messages)")
        #expect(ship.messages.contains("no answer within the time-out"))
        #expect(ship.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: sample.cursor("far")))
    }

    @Test("after a receiver was killed every record is there, in order, at least once")
    func restart() throws {
        let sample = try SinkSample(records: 100)
        let certificates = try Certificates(sample)
        let first = try TestReceiver(certificates)
        let ship = try sample.start("--timeout", "3", "--sink", certificates.sink(port: first.port, "confirm=1"))
        #expect(eventually { lines(ofFrames: sample.content("received"))?.count == 101 }, "\(ship.messages)")
        first.process.kill()
        try sample.write(100..<150)
        let second = try TestReceiver(certificates, output: "received-later", port: first.port)
        #expect(
            try eventually {
                try lines(ofFrames: sample.content("received-later"))?.last == sample.lines().last
            }, "\(ship.messages)")
        #expect(ship.stop() == 0)
        // The second has everything from some record on to the last; before it there is nothing that the first has not.
        let all = try sample.lines()
        let later = try #require(lines(ofFrames: sample.content("received-later")))
        let start = try #require(all.firstIndex(of: later[0]))
        #expect(Array(all[start...]) == later)
        #expect(start <= 101)
        #expect(lines(ofFrames: sample.content("received")) == Array(all[..<101]))
        second.process.kill()
    }

    @Test("what a receiver may not have read is sent again after a crash of the sender")
    func crash() throws {
        let sample = try SinkSample(records: 20)
        let certificates = try Certificates(sample)
        let receiver = try TestReceiver(certificates)
        let ship = try sample.start("--sink", certificates.sink(port: receiver.port, "confirm=600"))
        #expect(eventually { lines(ofFrames: sample.content("received"))?.count == 21 }, "\(ship.messages)")
        ship.kill()
        #expect(!FileManager.default.fileExists(atPath: sample.cursor("far")))
        #expect(try sample.ship("--once", "--sink", certificates.sink(port: receiver.port)).status == 0)
        #expect(try lines(ofFrames: sample.content("received")) == sample.lines() + sample.lines())
    }

    @Test("what only the receiver's kernel has taken is not delivered")
    func hangingReceiver() throws {
        let sample = try SinkSample(records: 20)
        let certificates = try Certificates(sample)
        let receiver = try TestReceiver(certificates, flags: ["--hang"])
        let result = try sample.ship("--once", "--timeout", "3", "--sink", certificates.sink(port: receiver.port))
        #expect(result.status == 1)
        #expect(result.errors.contains("no answer within the time-out"), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: sample.cursor("far")))
        // The same when the receiver dies with it.
        let ship = try sample.start("--sink", certificates.sink(port: receiver.port, "confirm=600"))
        #expect(try receiver.process.line() == "client client")
        #expect(try receiver.process.line() == "client client")
        receiver.process.kill()
        #expect(eventually { ship.messages.contains("far: cannot") }, "\(ship.messages)")
        #expect(!ship.messages.contains("takes records"))
        #expect(ship.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: sample.cursor("far")))
    }

    @Test("a new certificate is shown without a restart")
    func rotation() throws {
        let sample = try SinkSample(records: 5)
        let certificates = try Certificates(sample)
        let receiver = try TestReceiver(certificates)
        // Nothing but the change of the files ends the first connection.
        let ship = try sample.start("--sink", certificates.sink(port: receiver.port, "confirm=600"))
        #expect(try receiver.process.line() == "client client")
        #expect(eventually { lines(ofFrames: sample.content("received"))?.count == 6 })
        try certificates.issue("renewed", names: "DNS:ship.example")
        for part in ["key", "pem"] {
            #expect(rename(certificates.path("renewed.\(part)"), certificates.path("client.\(part)")) == 0)
        }
        #expect(try receiver.process.line() == "end", "\(ship.messages)")
        try sample.write(5..<9)
        #expect(try receiver.process.line() == "client renewed")
        #expect(ship.stop() == 0)
        #expect(try lines(ofFrames: sample.content("received")) == sample.lines())
    }

    @Test("a key that everybody may read is refused")
    func openKey() throws {
        let sample = try SinkSample(records: 1)
        let certificates = try Certificates(sample)
        #expect(chmod(certificates.path("client.key"), 0o644) == 0)
        let result = try sample.ship("--once", "--timeout", "2", "--sink", certificates.sink(port: 9))
        #expect(result.status == 1)
        #expect(result.errors.contains("everybody on this host may read or change it; chmod 0600"), "\(result.errors)")
    }

    @Test("nobody at the port is told once, with what to do")
    func nobody() throws {
        let sample = try SinkSample(records: 1)
        let certificates = try Certificates(sample)
        let receiver = try TestReceiver(certificates)
        receiver.process.kill()
        let result = try sample.ship("--once", "--timeout", "4", "--sink", certificates.sink(port: receiver.port))
        #expect(result.status == 1)
        #expect(result.errors.components(separatedBy: "Connection refused").count == 2, "\(result.errors)")
    }

    @Test("a server of openssl that wants a client certificate takes the records")
    func opensslServer() throws {
        let sample = try SinkSample(records: 40)
        let certificates = try Certificates(sample)
        let port = try freePort()
        let server = Process()
        server.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        server.arguments = [
            "s_server", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert", certificates.path("server.pem"), "-key",
            certificates.path("server.key"), "-CAfile", certificates.path("ca.pem"), "-Verify", "1",
            "-verify_return_error",
        ]
        let received = sample.path("s_server")
        _ = FileManager.default.createFile(atPath: received, contents: nil)
        server.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: received))
        server.standardInput = Pipe()
        server.standardError = FileHandle.nullDevice
        try server.run()
        defer {
            // A child inherits the signals that a test's thread has blocked, SIGTERM among them.
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        let result = try sample.ship("--once", "--timeout", "15", "--sink", certificates.sink(port: port))
        #expect(result.status == 0, "\(result.errors)")
        #expect(try lines(ofFrames: sample.content("s_server")) == sample.lines())
    }
}

/// A TCP port of the loopback that nobody listens on now.
func freePort() throws -> Int {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(number) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(number, $0, size) == 0 && getsockname(number, $0, &size) == 0
        }
    }
    try #require(isBound)
    return Int(UInt16(bigEndian: address.sin_port))
}
