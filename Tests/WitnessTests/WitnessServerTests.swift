import Foundation
import Glibc
import TestSupport
import Testing

@testable import Ledger
@testable import Witness

@Suite("a witness over HTTP") struct WitnessServerTests {
    @Test("every status of the protocol, asked with curl")
    func statuses() throws {
        let sample = try WitnessSample(epochSeconds: 3_600)
        try sample.write(0..<6)
        let server = try WitnessServer(sample)
        let path = "/logs/\(WitnessedLog.identifier(of: sample.anchor.name))"
        #expect(try server.curl("/key").body == "\(server.key)\n")
        #expect(try server.curl("\(path)/checkpoint").status == 404)
        var trail = CheckpointTrail(sample.folder)
        let step = try #require(try trail.step(after: 0, trusting: sample.anchor))
        let body = AddCheckpointRequest.body(step)
        func post(_ body: [UInt8]) throws -> (status: Int, type: String, body: String) {
            try server.curl("/add-checkpoint", body: body)
        }
        let signed = try post(body)
        #expect(signed.status == 200)
        let cosigned = try CosignedCheckpoint(step.note.bytes + Array(signed.body.utf8), by: server.key)
        #expect(cosigned.checkpoint.size == 7)
        let again = try post(body)
        #expect(again.status == 409 && again.body == "7\n" && again.type == "text/x.tlog.size")
        #expect(try post(AddCheckpointRequest.body(oldSize: 9, [], step.note)).status == 400)
        #expect(try post([]).status == 400)
        #expect(try post(AddCheckpointRequest.body(oldSize: 7, [.empty], step.note)).status == 422)
        let other = try WitnessSample(origin: "other.example")
        let foreign = try #require(try CheckpointTrail(other.folder).last())
        #expect(try post(AddCheckpointRequest.body(oldSize: 0, [], foreign.note)).status == 404)
        let twin = try WitnessSample()
        let forged = try #require(try CheckpointTrail(twin.folder).last())
        #expect(try post(AddCheckpointRequest.body(oldSize: 0, [], forged.note)).status == 403)
        #expect(try server.curl("/add-checkpoint").status == 405)
        #expect(try server.curl("/nothing", body: body).status == 404)
        #expect(try server.curl("/add-checkpoint?x=1", body: body).status == 409)
        // The auditor's page.
        let page = try server.curl("\(path)/checkpoint")
        #expect(page.status == 200)
        #expect(try CosignedCheckpoint(Array(page.body.utf8), by: server.key).checkpoint.root == step.checkpoint.root)
        #expect(try server.curl(path).body.contains("size 7\n"))
        #expect(try server.curl("/logs").body.hasSuffix(" 7 \(sample.anchor.name)\n"))
        #expect(try server.curl("/key", ["-I"]).status == 200)
        #expect(server.command.stop() == 0)
    }

    @Test("bodies that are too long are refused, also of no told length")
    func tooLong() throws {
        let sample = try WitnessSample()
        let server = try WitnessServer(sample)
        for count in [65_536, 65_537, 900_000, 3_000_000] {
            let answer = try server.curl("/add-checkpoint", body: [UInt8](repeating: 65, count: count))
            #expect(answer.status == (count > 65_536 ? 413 : 400), "\(count): \(answer)")
        }
        let chunked = try server.curl(
            "/add-checkpoint", ["-H", "Transfer-Encoding: chunked"], body: [UInt8](repeating: 65, count: 100))
        #expect(chunked.status == 411)
        #expect(try server.curl("/key").status == 200)
    }

    @Test("every part of a request, cut off anywhere, leaves the server as it was")
    func prefixes() throws {
        let sample = try WitnessSample(epochSeconds: 3_600)
        try sample.write(0..<3)
        let server = try WitnessServer(sample, arguments: ["--timeout", "3"])
        var trail = CheckpointTrail(sample.folder)
        let step = try #require(try trail.step(after: 0, trusting: sample.anchor))
        let body = AddCheckpointRequest.body(step)
        let head =
            "POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        let whole = Array(head.utf8) + body
        for count in stride(from: 0, to: whole.count, by: 23) {
            let answer = try server.send(Array(whole[..<count]), closing: true)
            #expect(!answer.contains("200 OK"), "\(count)")
        }
        // And each prefix of the body as a request of its own.
        for count in stride(from: 0, to: body.count, by: 29) {
            let short =
                "POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: \(count)\r\nConnection: close\r\n\r\n"
            let answer = try server.send(Array(short.utf8) + body[..<count])
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(count): \(answer)")
        }
        #expect(try server.send(whole).hasPrefix("HTTP/1.1 200 "))
        #expect(server.command.isRunning)
    }

    @Test(
        "what is no HTTP is refused and does no harm",
        arguments: [
            "\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
            "POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
            "POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}\r\n\r\n",
            "GET /logs/%00%ff%2e%2e/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "GET /\(String(repeating: "a", count: 60_000)) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        ])
    func noHTTP(_ request: String) throws {
        let sample = try WitnessSample()
        let server = try WitnessServer(sample, arguments: ["--timeout", "2"])
        let answer = try server.send(Array(request.utf8), closing: true)
        #expect(!answer.contains(" 200 ") && answer != "no end", "\(answer)")
        #expect(try server.curl("/key").status == 200)
        #expect(server.command.stop() == 0)
    }

    @Test("clients that send nothing, or a byte now and then, are cut off, and others are answered meanwhile")
    func slow() throws {
        let sample = try WitnessSample()
        let server = try WitnessServer(sample, arguments: ["--timeout", "2"])
        let silent = try (0..<20).map { _ in try server.connect() }
        defer { for number in silent { close(number) } }
        let slow = try server.connect()
        defer { close(slow) }
        var head = Array("POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nX: ".utf8)
        _ = send(slow, head, head.count, Int32(MSG_NOSIGNAL))
        #expect(try server.curl("/key").status == 200)
        // One byte each time, for as long as the server takes it.
        let isCutOff = eventually {
            head = [65]
            guard send(slow, head, 1, Int32(MSG_NOSIGNAL)) == 1 else { return true }
            var item = pollfd(fd: slow, events: Int16(POLLIN), revents: 0)
            return poll(&item, 1, 50) > 0
        }
        #expect(isCutOff)
        for number in silent { #expect(WitnessServer.read(number) != "no end") }
        #expect(try server.curl("/key").status == 200)
    }

    @Test("a witness that was killed at any moment goes on with what it has signed")
    func killed() throws {
        let sample = try WitnessSample()
        var (size, key) = (UInt64(0), sample.anchor)
        var signed: [UInt64: MerkleHash] = [:]
        for round in 0..<6 {
            let server = try WitnessServer(sample)
            let state = try #require(
                LogState(Array(try server.curl("/logs/\(WitnessedLog.identifier(of: sample.anchor.name))").body.utf8)))
            // What was given out is known; what was not may be known too.
            #expect(state.size >= size)
            if let root = signed[state.size] { #expect(state.root == root) }
            (size, key) = (state.size, state.key)
            try sample.write(round * 10..<round * 10 + 10)
            var trail = CheckpointTrail(sample.folder)
            var steps = 0
            while let step = try trail.step(after: size, trusting: key) {
                let body: [UInt8]
                if let rotation = step.rotation {
                    body = AddKeyRequest.body(step, rotation)
                } else {
                    body = AddCheckpointRequest.body(step)
                }
                let path = step.rotation == nil ? "/add-checkpoint" : "/add-key"
                if steps == 1 {
                    // In the midst of the second: killed while it is answered, or before, or behind it.
                    let head = "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n"
                    let number = try server.connect()
                    let bytes = Array(head.utf8) + body
                    _ = send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                    if round % 2 == 0 { _ = try server.curl("/key") }
                    server.command.kill()
                    close(number)
                    break
                }
                let answer = try server.curl(path, body: body)
                try #require(answer.status == 200, "\(answer)")
                (size, key) = (step.checkpoint.size, step.rotation?.key ?? key)
                signed[size] = step.checkpoint.root
                steps += 1
            }
            server.command.kill()
        }
        #expect(signed.count >= 6)
    }

    @Test("with a certificate it speaks TLS")
    func tls() throws {
        let sample = try WitnessSample()
        let made = try runCommand([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days",
            "2", "-subj", "/CN=witness", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", sample.path("key.pem"),
            "-out",
            sample.path("cert.pem"),
        ])
        try #require(made.status == 0, "\(made)")
        let server = try WitnessServer(
            sample, arguments: ["--tls-cert", sample.path("cert.pem"), "--tls-key", sample.path("key.pem")])
        #expect(server.url.hasPrefix("https://"))
        #expect(try server.curl("/key").body == "\(server.key)\n")
        try sample.write(0..<20)
        let submit = { (arguments: [String]) in
            try runCommand(
                [
                    BuiltProduct.path("portgate-witness"), "submit", "--once", "--state-dir", sample.state, "--witness",
                    server.url, "--witness-key", "\(server.key)",
                ] + arguments)
        }
        let trusted = try submit(["--ca", sample.path("cert.pem")])
        #expect(trusted.status == 0, "\(trusted)")
        let stranger = try submit(["--timeout", "2"])
        #expect(stranger.status == 1 && stranger.errors.contains("certificate"), "\(stranger)")
    }

    @Test("a port that is taken, a key that is none, and a folder that is held are said")
    func refused() throws {
        let sample = try WitnessSample()
        let server = try WitnessServer(sample)
        let program = BuiltProduct.path("portgate-witness")
        let held = try runCommand([
            program, "serve", "--listen", "127.0.0.1:0", "--log", "\(sample.anchor)", "--state-dir", sample.path("w"),
        ])
        #expect(held.status == 3 && held.errors.contains("another portgate-witness holds"))
        let none = try runCommand([
            program, "serve", "--listen", "127.0.0.1:0", "--log", "\(sample.anchor)", "--state-dir", sample.path("x"),
        ])
        #expect(none.status == 3 && none.errors.contains("keys init"))
        #expect(try runCommand([program, "keys", "init", "--name", "x", "--state-dir", sample.path("x")]).status == 0)
        let taken = try runCommand([
            program, "serve", "--listen", "127.0.0.1:\(server.port)", "--log", "\(sample.anchor)", "--state-dir",
            sample.path("x"),
        ])
        #expect(taken.status == 3 && taken.errors.contains("in use"))
        #expect(try runCommand([program, "keys", "init", "--name", "y", "--state-dir", sample.path("x")]).status == 4)
        #expect(
            try runCommand([program, "keys", "init", "--name", "a b", "--state-dir", sample.path("y")]).status == 3)
        #expect(try runCommand([program, "keys", "show", "--state-dir", sample.path("w")]).output == "\(server.key)\n")
        for arguments in [
            [], ["nothing"], ["keys"], ["keys", "init"], ["keys", "show", "--name", "x"], ["serve"],
            ["serve", "--listen", "127.0.0.1:0"], ["serve", "--listen", "x", "--log", "\(sample.anchor)"],
            ["serve", "--listen", "::1:0", "--log", "\(sample.anchor)"],
            ["serve", "--listen", "127.0.0.1:0", "--log", "x"],
            ["serve", "--listen", "127.0.0.1:0", "--log", "\(sample.anchor)", "--log", "\(sample.anchor)"],
            ["serve", "--listen", "127.0.0.1:0", "--log", "\(sample.anchor)", "--tls-cert", "x"], ["submit"],
            ["submit", "--witness", "ftp://x", "--witness-key", "\(server.key)"],
            ["submit", "--witness", "http://x", "--witness-key", "x"], ["submit", "--witness", "http://x"],
            ["submit", "--witness", "http://x", "--witness-key", "\(server.key)", "--interval", "0"],
            ["serve", "--nothing"], ["submit", "--once=1"], ["keys", "show", "more"],
        ] as [[String]] {
            let result = try runCommand([program] + arguments)
            #expect(result.status == 2 && result.output.isEmpty && !result.errors.isEmpty, "\(arguments): \(result)")
        }
        #expect(try runCommand([program, "--help"]).output.hasPrefix("Usage: "))
    }
}
