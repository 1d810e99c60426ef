import Foundation
import Glibc
import TestSupport
import Testing

@testable import Ledger
@testable import Witness

@Suite("submitting a ledger to witnesses") struct SubmitTests {
    private static let program = BuiltProduct.path("portgate-witness")

    /// The arguments that name a witness.
    private static func to(_ servers: WitnessServer...) -> [String] {
        servers.flatMap { ["--witness", $0.url, "--witness-key", "\($0.key)"] }
    }

    private static func once(_ sample: WitnessSample, state: String? = nil, _ arguments: [String]) throws
        -> CommandResult
    {
        try runCommand([program, "submit", "--once", "--state-dir", state ?? sample.state] + arguments)
    }

    /// `portgate verify` of a state directory, by what a witness tells an auditor.
    private static func verify(
        _ sample: WitnessSample, _ server: WitnessServer, state: String? = nil, _ arguments: [String] = []
    ) throws -> CommandResult {
        let page = try server.curl("/logs/\(WitnessedLog.identifier(of: sample.anchor.name))/checkpoint")
        try page.body.write(toFile: sample.path("cosigned"), atomically: true, encoding: .utf8)
        return try runCommand(
            [
                BuiltProduct.path("portgate"), "verify", "--no-memory", "--anchor", "\(sample.anchor)", "--witness",
                "\(server.key)", "--cosigned", sample.path("cosigned"), "\(state ?? sample.state)/ledger",
            ] + arguments)
    }

    @Test("a ledger whose keys follow each other is submitted again and again, and each time all of it is signed")
    func rounds() throws {
        let sample = try WitnessSample()
        let server = try WitnessServer(sample)
        for round in 0..<8 {
            try sample.write(round * 7..<round * 7 + 7, segmentBytes: 1_200)
            if round == 4 {
                let clock = sample.clock
                var writer = try LedgerWriter.open(sample.folder, clock: { clock.now })
                try writer.sealSegments()
            }
            let result = try Self.once(sample, Self.to(server))
            #expect(result.status == 0, "\(result)")
            let size = try sample.size
            #expect(result.errors.contains("has signed \(size) records"))
            let kept = try CosignedCheckpoint(sample.bytes("state/witness/witness.example-w"), by: server.key)
            #expect(kept.checkpoint.size == size)
            let verified = try Self.verify(sample, server)
            #expect(verified.status == 0 && verified.output.contains("witness.example/w has signed \(size) records"))
        }
        // Nothing new: asked once more all the same.
        #expect(try Self.once(sample, Self.to(server)).status == 0)
        #expect(server.command.stop() == 0)
    }

    @Test("a rolled back ledger is refused by the witness, and found by verify")
    func rolledBack() throws {
        let sample = try WitnessSample()
        let server = try WitnessServer(sample)
        try sample.write(0..<12)
        try sample.copyState(to: "old")
        try sample.write(12..<30)
        #expect(try Self.once(sample, Self.to(server)).status == 0)
        let result = try Self.once(sample, state: sample.path("old"), ["--timeout", "2"] + Self.to(server))
        #expect(result.status == 1 && result.errors.contains("it was rolled back"), "\(result)")
        // By itself the copy is intact.
        let plain = try runCommand([BuiltProduct.path("portgate"), "verify", sample.path("old/ledger")])
        #expect(plain.status == 0, "\(plain)")
        let verified = try Self.verify(sample, server, state: sample.path("old"))
        #expect(verified.status == 6 && verified.output.contains("[PG508]"), "\(verified)")
        #expect(verified.output.contains("when witness.example/w signed it"))
        // Grown on, past what was signed: another history.
        let clock = TestClock()
        clock.advance(48)
        var writer = try LedgerWriter.open(LedgerFolder(sample.path("old/ledger")), clock: { clock.now })
        for _ in 0..<40 {
            clock.advance(4)
            try writer.append(LedgerLeaf(clock.now, "forged"))
            try writer.commit()
        }
        let forked = try Self.once(sample, state: sample.path("old"), ["--timeout", "2"] + Self.to(server))
        #expect(forked.status == 1 && forked.errors.contains("answers 40"), "\(forked)")
        let found = try Self.verify(sample, server, state: sample.path("old"))
        #expect(found.status == 6 && found.output.contains("[PG508]"), "\(found)")
    }

    @Test("what was rewritten within the running epoch, with its key, is refused and found")
    func rewritten() throws {
        let sample = try WitnessSample(epochSeconds: 3_600)
        let server = try WitnessServer(sample)
        try sample.write(0..<5)
        try sample.copyState(to: "fork")
        try sample.write(5..<8)
        #expect(try Self.once(sample, Self.to(server)).status == 0)
        let clock = sample.clock
        var writer = try LedgerWriter.open(LedgerFolder(sample.path("fork/ledger")), clock: { clock.now })
        for _ in 0..<5 {
            try writer.append(LedgerLeaf(clock.now, "forged"))
            try writer.commit()
        }
        let result = try Self.once(sample, state: sample.path("fork"), ["--timeout", "2"] + Self.to(server))
        #expect(result.status == 1 && result.errors.contains("it answers 422"), "\(result)")
        let verified = try Self.verify(sample, server, state: sample.path("fork"))
        #expect(verified.status == 6 && verified.output.contains("[PG508]"), "\(verified)")
        // The true one goes on.
        try sample.write(8..<9)
        #expect(try Self.once(sample, Self.to(server)).status == 0)
    }

    @Test("verify says what is wrong with a cosigned checkpoint")
    func cosigned() throws {
        let sample = try WitnessSample()
        let server = try WitnessServer(sample)
        try sample.write(0..<20)
        #expect(try Self.once(sample, Self.to(server)).status == 0)
        #expect(try Self.verify(sample, server).status == 0)
        let portgate = BuiltProduct.path("portgate")
        func verify(_ arguments: [String]) throws -> CommandResult {
            try runCommand([portgate, "verify", "--no-memory", "\(sample.state)/ledger"] + arguments)
        }
        let file = sample.path("cosigned")
        let good = try String(contentsOfFile: file, encoding: .utf8)
        let asked = ["--witness", "\(server.key)", "--cosigned", file]
        // Two witnesses, one of which has signed nothing.
        let other = try #require(Cosigner(name: "other.example", privateKey: [UInt8](repeating: 3, count: 32)))
        let silent = try verify(asked + ["--witness", "\(other.key)"])
        #expect(silent.status == 6 && silent.output.contains("other.example has signed none of the files"), "\(silent)")
        #expect(try verify(["--witness", "\(other.key)", "--cosigned", file]).status == 6)
        // Too old: the sample's ledger is of no importance for that, the witness's clock is.
        let note = try SignedNote(Array(good.utf8))
        let past = note.keeping { $0.name != "witness.example/w" }.adding(other.cosign(note.text, at: 1_700_000_000))
        try Data(past.bytes).write(to: URL(fileURLWithPath: sample.path("past")))
        let old = ["--witness", "\(other.key)", "--cosigned", sample.path("past")]
        #expect(try verify(old).status == 0)
        let aged = try verify(old + ["--witness-age", "3600"])
        #expect(aged.status == 6 && aged.output.contains("signed it at 2023-11-14T22:13:20"), "\(aged)")
        #expect(try verify(asked + ["--witness-age", "3600"]).status == 0)
        #expect(try verify(asked + ["--witness-age", "3600", "-o", "json"]).output.contains("\"witnesses\""))
        // Altered, no checkpoint, of another log, not there.
        for (text, words) in [
            (good.replacingOccurrences(of: "\n\(try sample.size)\n", with: "\n1\n"), "does not fit the text"),
            ("nonsense\n", "is no signed checkpoint"), ("", "is no signed checkpoint"),
        ] {
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            let result = try verify(asked)
            #expect(
                result.status == 6 && result.output.contains("[PG505]") && result.output.contains(words), "\(result)")
        }
        let checkpoint = try #require(Checkpoint(origin: "x.example", size: 1, root: .empty))
        let foreign = try #require(SignedNote(checkpoint.text, signedBy: []))
        try Data(foreign.adding(other.cosign(foreign.text, at: 1_700_000_000)).bytes)
            .write(to: URL(fileURLWithPath: file))
        let wrong = try verify(["--witness", "\(other.key)", "--cosigned", file])
        #expect(wrong.status == 6 && wrong.output.contains("is of the log 'x.example'"), "\(wrong)")
        #expect(try verify(["--witness", "\(other.key)", "--cosigned", sample.path("nothing")]).status == 3)
        for arguments in [
            ["--witness", "\(server.key)"], ["--cosigned", file], ["--witness", "x", "--cosigned", file],
            ["--witness-age", "5"], asked + ["--witness-age", "x"], asked + ["--witness-age", "0"],
        ] { #expect(try verify(arguments).status == 2, "\(arguments)") }
    }

    @Test("a witness that does not answer holds up no other, and is submitted to when it is back")
    func several() throws {
        let sample = try WitnessSample()
        try sample.write(0..<5)
        let good = try WitnessServer(sample, "good")
        let gone = try WitnessServer(sample, "gone")
        gone.command.kill()
        // One that takes the connection and never answers.
        let deaf = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(deaf) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(deaf, $0, length) == 0 && listen(deaf, 9) == 0 && getsockname(deaf, $0, &length) == 0
            }
        }
        try #require(isBound)
        let deafKey = try #require(Cosigner(name: "deaf.example", privateKey: [UInt8](repeating: 3, count: 32))).key
        let submit = try RunningCommand(
            [
                Self.program, "submit", "--interval", "1", "--timeout", "2", "--state-dir", sample.state, "--witness",
                "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))", "--witness-key", "\(deafKey)",
            ] + Self.to(good, gone), log: sample.path("submit.log"))
        func signed(_ name: String, _ server: WitnessServer) -> UInt64? {
            guard let bytes = try? sample.bytes("state/witness/witness.example-\(name)") else { return nil }
            return (try? CosignedCheckpoint(bytes, by: server.key))?.checkpoint.size
        }
        #expect(try eventually { signed("good", good) == (try sample.size) }, "\(submit.messages)")
        #expect(eventually { submit.messages.contains("witness.example/gone: cannot ask") }, "\(submit.messages)")
        #expect(eventually { submit.messages.contains("deaf.example: cannot ask") }, "\(submit.messages)")
        try sample.write(5..<25)
        #expect(try eventually { signed("good", good) == (try sample.size) }, "\(submit.messages)")
        let back = try WitnessServer(sample, "gone", port: gone.port)
        #expect(try eventually { signed("gone", back) == (try sample.size) }, "\(submit.messages)")
        // Said once, however often it failed.
        #expect(submit.messages.components(separatedBy: "deaf.example: cannot ask").count == 2)
        #expect(submit.stop() == 0)
    }

    @Test("what somebody else answers is not kept")
    func impostor() throws {
        let sample = try WitnessSample()
        try sample.write(0..<5)
        let server = try WitnessServer(sample)
        let other = try #require(CosignerKey(name: "witness.example/w", publicKey: sample.anchor.publicKey))
        let result = try Self.once(
            sample, ["--timeout", "2", "--witness", server.url, "--witness-key", "\(other)"])
        #expect(result.status == 1 && result.errors.contains("--witness-key"), "\(result)")
        #expect(!FileManager.default.fileExists(atPath: sample.path("state/witness")))
        // A witness that does not know the log.
        let stranger = try WitnessSample()
        try stranger.write(0..<3)
        let unknown = try Self.once(stranger, ["--timeout", "2"] + Self.to(server))
        #expect(unknown.status == 1)
        let third = try WitnessSample(origin: "third.example")
        let answer = try Self.once(third, ["--timeout", "2"] + Self.to(server))
        #expect(answer.status == 1 && answer.errors.contains("it answers 404"), "\(answer)")
        // No ledger at all.
        let none = try runCommand(
            [Self.program, "submit", "--once", "--timeout", "1", "--state-dir", sample.path("none")] + Self.to(server))
        #expect(none.status == 1 && none.errors.contains("there is no ledger"), "\(none)")
    }

    @Test("many who submit one ledger at once leave one line of history, and each ends with the last checkpoint")
    func concurrent() throws {
        let sample = try WitnessSample()
        let server = try WitnessServer(sample)
        try sample.write(0..<40)
        let submitters = try (0..<6).map { number in
            try RunningCommand(
                [Self.program, "submit", "--once", "--timeout", "60", "--state-dir", sample.state] + Self.to(server),
                log: sample.path("submit-\(number).log"))
        }
        try sample.write(40..<60)
        #expect(eventually { submitters.allSatisfy { !$0.isRunning } })
        for submitter in submitters { #expect(submitter.stop() == 0, "\(submitter.messages)") }
        #expect(try Self.once(sample, Self.to(server)).status == 0)
        #expect(try Self.verify(sample, server).status == 0)
    }

    @Test("a witness that was put back to what it was is led on, and that is said")
    func forgetful() throws {
        let sample = try WitnessSample()
        var server = try WitnessServer(sample)
        try sample.write(0..<10)
        #expect(try Self.once(sample, Self.to(server)).status == 0)
        server.command.kill()
        try FileManager.default.copyItem(atPath: sample.path("w"), toPath: sample.path("w-old"))
        server = try WitnessServer(sample)
        try sample.write(10..<30)
        #expect(try Self.once(sample, Self.to(server)).status == 0)
        server.command.kill()
        try FileManager.default.removeItem(atPath: sample.path("w"))
        try FileManager.default.moveItem(atPath: sample.path("w-old"), toPath: sample.path("w"))
        server = try WitnessServer(sample)
        let submit = try RunningCommand(
            [Self.program, "submit", "--interval", "1", "--state-dir", sample.state] + Self.to(server),
            log: sample.path("submit.log"))
        #expect(eventually { submit.messages.contains("it forgot what it saw") }, "\(submit.messages)")
        #expect(submit.stop() == 0)
        #expect(try Self.verify(sample, server).status == 0)
    }

    @Test("portgate witness hands over to the program beside it")
    func handsOver() throws {
        let portgate = BuiltProduct.path("portgate")
        let help = try runCommand([portgate, "witness", "submit", "--help"])
        let own = try runCommand([Self.program, "--help"])
        #expect(help.status == 0 && help.output == own.output)
        #expect(try runCommand([portgate, "witness", "--help"]).output.hasPrefix("portgate witness: "))
        #expect(try runCommand([portgate, "witness"]).status == 2)
        #expect(try runCommand([portgate, "witness", "nothing"]).status == 2)
        // Alone, it says what is missing.
        let sample = try WitnessSample()
        try FileManager.default.copyItem(atPath: portgate, toPath: sample.path("portgate"))
        let alone = try runCommand([sample.path("portgate"), "witness", "serve"])
        #expect(alone.status == 3 && alone.errors.contains("cannot run \(sample.path("portgate-witness"))"), "\(alone)")
        #expect(alone.errors.contains("libmicrohttpd"))
    }
}
