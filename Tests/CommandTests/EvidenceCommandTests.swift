import Foundation
import JSON
import Ledger
import Testing

/// A state directory with a ledger that was begun by `portgate keys init`.
private final class EvidenceHost {
    let scratch: Scratch
    let anchor: String
    let folder: LedgerFolder

    init() throws {
        scratch = try Scratch()
        let begun = try Portgate.run("keys", "init", "--origin", "host.example/test", "--state-dir", scratch.url.path)
        try #require(begun.status == 0, "\(begun.errors)")
        anchor = begun.output.trimmingCharacters(in: .newlines)
        folder = LedgerFolder(scratch.url.appendingPathComponent("ledger").path)
    }

    /// Writes records, several to a commit, in segments of a few of them, and seals those that are full.
    func write(_ range: Range<Int>, seals: Bool = true) throws {
        var limits = LedgerLimits()
        limits.segmentBytes = 3_000
        var writer = try LedgerWriter.open(folder, limits: limits)
        for number in range {
            try writer.append(Self.record(number))
            if number % 3 == 2 { try writer.commit() }
        }
        try writer.commit()
        if seals { try writer.sealSegments() }
    }

    static func record(_ number: Int) -> LedgerLeaf {
        LedgerLeaf(
            .now, number % 5 == 0 ? "deny" : "allow",
            [
                "src_ip": .string("10.0.\(number % 3).\(number)"), "src_port": .number(40_000 + Int64(number)),
                "dest_ip": .string("192.0.2.1"), "dest_port": .number(number % 2 == 0 ? 5_432 : 8_443),
                "protocol": .string("tcp"), "port": .string(number % 2 == 0 ? "orders-db" : "console"),
                "rule": .string("office"), "user": .string(number % 4 == 0 ? "alice" : "bob\"b\\b"),
                "verdict": .string(number % 5 == 0 ? "deny" : "allow"), "number": .number(Int64(number)),
            ])
    }

    func run(_ arguments: String...) throws -> Portgate.Outcome {
        try Portgate.run(arguments: arguments + ["--state-dir", scratch.url.path])
    }

    func url(_ file: String) -> URL { scratch.url.appendingPathComponent("ledger/\(file)") }

    /// Changes one byte of a file.
    func bend(_ file: String, at place: Int = 40) throws {
        var bytes = try Data(contentsOf: url(file))
        bytes[place] ^= 1
        try bytes.write(to: url(file))
    }

    func segments(_ suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url("segments").path).filter { $0.hasSuffix(suffix) }
            .sorted()
    }
}

extension Portgate {
    fileprivate static func run(arguments: [String]) throws -> Outcome {
        let words = arguments.map { "'" + $0.replacingOccurrences(of: "'", with: "'\\''") + "'" }
        return try shell("exec \"$portgate\" \(words.joined(separator: " "))")
    }
}

@Suite("the commands about evidence") struct EvidenceCommandTests {
    private static func json(_ outcome: Portgate.Outcome) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: outcome.outputBytes) as? [String: Any], "\(outcome)")
    }

    // MARK: - keys

    @Test("keys init begins a ledger once and prints its anchor; keys show prints it again")
    func keys() throws {
        let host = try EvidenceHost()
        #expect(NoteKey(host.anchor)?.name == "host.example/test")
        let shown = try host.run("keys", "show")
        #expect(shown.status == 0 && shown.output == host.anchor + "\n")
        let again = try host.run("keys", "init")
        #expect(again.status == 4 && again.output.isEmpty)
        #expect(again.errors.contains("there is a ledger in"))
        #expect(try host.run("keys", "show").output == host.anchor + "\n")
        let key = try FileManager.default.attributesOfItem(atPath: host.url("keys/current").path)
        #expect(key[.posixPermissions] as? Int == 0o600)
    }

    @Test(
        "keys says what it was not given",
        arguments: [
            (["keys"], 2), (["keys", "inti"], 2), (["keys", "show", "--epoch", "60"], 2),
            (["keys", "init", "--epoch", "1"], 2),
            (["keys", "init", "--origin", ""], 2), (["keys", "init", "--origin", "a b"], 3), (["keys", "show"], 3),
        ] as [([String], Int32)])
    func keysRefused(_ arguments: [String], _ status: Int32) throws {
        let scratch = try Scratch()
        let outcome = try Portgate.run(arguments: arguments + ["--state-dir", scratch.url.path])
        #expect(outcome.status == status, "\(outcome)")
        #expect(outcome.output.isEmpty && !outcome.errors.isEmpty)
    }

    // MARK: - verify

    @Test("an intact ledger is proven, in text and in JSON")
    func verify() throws {
        let host = try EvidenceHost()
        try host.write(0..<40)
        let outcome = try host.run("verify", "--anchor", host.anchor)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.isEmpty)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("host.example/test: ") && lines[0].contains(" records are proven, by checkpoint "))
        #expect(lines[1].hasPrefix("root ") && lines[2] == "the ledger is what was written")
        let plain = try host.run("verify")
        #expect(plain.status == 0)
        #expect(plain.errors == "note: the anchor was taken from the ledger's own folder; --anchor proves more\n")
        let document = try Self.json(try host.run("verify", "-o", "json"))
        #expect(document["intact"] as? Bool == true && document["origin"] as? String == "host.example/test")
        #expect((document["findings"] as? [Any])?.isEmpty == true)
        let checkpoint = try #require(document["checkpoint"] as? [String: Any])
        #expect(checkpoint["size"] as? Int == document["proven"] as? Int)
        #expect("root \(checkpoint["root"] as? String ?? "")" == lines[1])
    }

    @Test("a changed record is named, with what is proven before it: exit code 6")
    func altered() throws {
        let host = try EvidenceHost()
        try host.write(0..<12, seals: false)
        let file = try #require(host.segments(".jsonl").first)
        let text = try String(contentsOf: host.url("segments/\(file)"), encoding: .utf8)
        try Data(text.replacingOccurrences(of: "\"number\":4}", with: "\"number\":7}").utf8).write(
            to: host.url("segments/\(file)"))
        let outcome = try host.run("verify", "--anchor", host.anchor)
        #expect(outcome.status == 6, "\(outcome)")
        // The first record is the ledger's own; number 4 is record 5, in the commit of three that record 4 begins.
        #expect(
            outcome.output.contains(
                "error: segments/\(file):5: records 4 to 6 are not what checkpoint 2 was signed over [PG504]"))
        #expect(outcome.output.contains("4 records are proven, by checkpoint 1"))
        #expect(outcome.output.hasSuffix("the ledger is not proven beyond that\n"))
        let document = try Self.json(try host.run("verify", "-o", "json"))
        #expect(document["intact"] as? Bool == false && document["proven"] as? Int == 4)
        #expect((document["findings"] as? [[String: Any]])?.first?["code"] as? String == "PG504")
    }

    @Test("another anchor, no ledger, and a sealed segment of which a byte was changed: exit code 6")
    func broken() throws {
        let host = try EvidenceHost()
        let other = try EvidenceHost()
        #expect(try host.run("verify", "--anchor", other.anchor).status == 6)
        #expect(try host.run("verify", "--anchor", other.anchor).output.contains("[PG505]"))
        let scratch = try Scratch()
        let absent = try Portgate.run("verify", "--state-dir", scratch.url.path)
        #expect(absent.status == 6 && absent.output.contains("there is no ledger in"))
        try host.write(0..<40)
        for suffix in [".jsonl.zst", ".frames", ".MANIFEST", ".MANIFEST.sig", ".checkpoints", ".start"] {
            let file = "segments/00000000000000000000\(suffix)"
            let bytes = try Data(contentsOf: host.url(file))
            try host.bend(file)
            #expect(try host.run("verify", "--anchor", host.anchor).status == 6, "\(file)")
            try bytes.write(to: host.url(file))
        }
        #expect(try host.run("verify", "--anchor", host.anchor).status == 0)
    }

    @Test("what a crash left is no broken evidence, and no proof: exit code 3")
    func unfinished() throws {
        let host = try EvidenceHost()
        try host.write(0..<3, seals: false)
        let file = "segments/\(try #require(host.segments(".jsonl").last))"
        let handle = try FileHandle(forWritingTo: host.url(file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"timest".utf8))
        try handle.close()
        let outcome = try host.run("verify", "--anchor", host.anchor)
        #expect(outcome.status == 3 && outcome.output.contains("[PG510]"), "\(outcome)")
        try host.write(3..<4)
        #expect(try host.run("verify", "--anchor", host.anchor).status == 0)
    }

    @Test("what it was is remembered: an earlier genuine state, and another ledger, are a roll-back")
    func memory() throws {
        let host = try EvidenceHost()
        try host.write(0..<5, seals: false)
        let copy = host.scratch.url.appendingPathComponent("copy")
        try FileManager.default.copyItem(at: host.url(""), to: copy)
        try host.write(5..<9, seals: false)
        #expect(try host.run("verify").status == 0)
        let memory = host.scratch.url.appendingPathComponent("verified")
        let text = try String(contentsOf: memory, encoding: .utf8)
        #expect(text.hasPrefix("portgate verified 1\nhost.example/test\n10\n"))
        // The earlier state is as genuine as it was; only who remembers knows better.
        try FileManager.default.removeItem(at: host.url(""))
        try FileManager.default.moveItem(at: copy, to: host.url(""))
        let rolled = try host.run("verify", "--anchor", host.anchor)
        #expect(rolled.status == 6 && rolled.output.contains("[PG508]"), "\(rolled)")
        #expect(rolled.output.contains("the log has 6 records, and had 10 when it was last looked at"))
        #expect(try String(contentsOf: memory, encoding: .utf8) == text)
        #expect(try host.run("verify", "--no-memory").status == 0)
        let elsewhere = host.scratch.url.appendingPathComponent("mine").path
        #expect(try host.run("verify", "--memory", elsewhere).status == 0)
        #expect(FileManager.default.fileExists(atPath: elsewhere))
        try Data("portgate verified 1\n".utf8).write(to: memory)
        let bent = try host.run("verify")
        #expect(bent.status == 6 && bent.errors.contains("does not say what the ledger was"), "\(bent)")
    }

    @Test("a copy is verified where it lies, with nothing remembered")
    func copy() throws {
        let host = try EvidenceHost()
        try host.write(0..<20)
        let copy = host.scratch.url.appendingPathComponent("copy")
        try FileManager.default.copyItem(at: host.url(""), to: copy)
        try FileManager.default.removeItem(at: copy.appendingPathComponent("keys"))
        let outcome = try Portgate.run("verify", copy.path, "--anchor", host.anchor)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(!FileManager.default.fileExists(atPath: host.scratch.url.appendingPathComponent("verified").path))
    }

    // MARK: - verify --stock

    @Test("the stock script holds on a sealed segment, and fails after one byte of any of its files was changed")
    func stock() throws {
        let host = try EvidenceHost()
        try host.write(0..<40)
        let script = try host.run("verify", "--stock", "0")
        #expect(script.status == 0 && script.output.hasPrefix("#!/bin/sh\n"), "\(script)")
        #expect(try Portgate.shell("command -v sha256sum ssh-keygen openssl").status == 0, "stock tools are missing")
        let file = try host.scratch.write("stock.sh", script.output)
        func check() throws -> Portgate.Outcome { try Portgate.shell("sh '\(file.path)'", in: host.url("segments")) }
        let good = try check()
        #expect(good.status == 0, "\(good)")
        #expect(good.output.hasSuffix("00000000000000000000: as it was sealed\n"))
        for suffix in [".jsonl.zst", ".frames", ".checkpoints", ".start", ".MANIFEST", ".MANIFEST.sig"] {
            let name = "segments/00000000000000000000\(suffix)"
            let bytes = try Data(contentsOf: host.url(name))
            try host.bend(name, at: bytes.count / 2)
            #expect(try check().status != 0, "\(suffix)")
            try bytes.write(to: host.url(name))
        }
        #expect(try check().status == 0)
        #expect(try host.run("verify", "--stock", "1").status == 3)
        #expect(try host.run("verify", "--stock", "x").status == 2)
        #expect(try host.run("verify", "--stock", "0", "-o", "json").status == 2)
    }

    // MARK: - prove

    /// Verifies what `portgate prove -o json` prints as RFC 9162, sections 2.1.3.2 and 2.1.4.2, have it; nothing of portgate's.
    private static let verifier = """
        import base64, hashlib, json, sys
        def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
        def node(left, right): return sha(b"\\1", left, right)
        def inclusion(leaf, index, size, path):
            assert index < size
            fn, sn, r = index, size - 1, leaf
            for p in path:
                assert sn != 0
                if fn & 1 or fn == sn:
                    r = node(p, r)
                    while not fn & 1 and fn: fn >>= 1; sn >>= 1
                else: r = node(r, p)
                fn >>= 1; sn >>= 1
            assert sn == 0
            return r
        def consistency(first, second, path, first_root):
            if first == second: assert not path; return first_root, first_root
            if first & (first - 1) == 0: path = [first_root] + path
            fn, sn = first - 1, second - 1
            while fn & 1: fn >>= 1; sn >>= 1
            fr = sr = path[0]
            for c in path[1:]:
                assert sn != 0
                if fn & 1 or fn == sn:
                    fr, sr = node(c, fr), node(c, sr)
                    while not fn & 1 and fn: fn >>= 1; sn >>= 1
                else: sr = node(sr, c)
                fn >>= 1; sn >>= 1
            assert sn == 0
            return fr, sr
        for line in sys.stdin:
            doc = json.loads(line)
            path, root = [bytes.fromhex(h) for h in doc["hashes"]], bytes.fromhex(doc["root"])
            if "record" in doc:
                leaf = sha(b"\\0", doc["record"].encode())
                assert leaf.hex() == doc["leaf_hash"]
                assert inclusion(leaf, doc["index"], doc["size"], path) == root
                note = doc["checkpoint"].split("\\n")
                assert int(note[1]) == doc["size"] and base64.b64decode(note[2]) == root
            else:
                old = bytes.fromhex(doc["from_root"])
                assert doc["from"] > 0 and consistency(doc["from"], doc["size"], path, old) == (old, root)
        print("proven")

        """

    private static func oneLine(_ outcome: Portgate.Outcome) throws -> String {
        let document = try JSONSerialization.jsonObject(with: outcome.outputBytes)
        return String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self) + "\n"
    }

    @Test("an implementation that is not portgate's finds every proof right, and a changed one wrong")
    func prove() throws {
        let host = try EvidenceHost()
        try host.write(0..<21)
        let script = try host.scratch.write("merkle.py", Self.verifier)
        var proofs = ""
        let size = Int(try LedgerReader(host.folder).size())
        for record in 0..<size {
            let outcome = try host.run("prove", "\(record)", "-o", "json")
            #expect(outcome.status == 0, "\(outcome)")
            proofs += try Self.oneLine(outcome)
        }
        for from in 1...size { proofs += try Self.oneLine(try host.run("prove", "--from", "\(from)", "-o", "json")) }
        for sizes in [(3, 9), (4, 8), (7, 7), (1, 22)] {
            proofs += try Self.oneLine(
                try host.run("prove", "--from", "\(sizes.0)", "--size", "\(sizes.1)", "-o", "json"))
        }
        let file = try host.scratch.write("proofs", proofs)
        let outcome = try Portgate.shell("python3 '\(script.path)' < '\(file.path)'")
        #expect(outcome.output == "proven\n", "\(outcome)")
        // It can say no.
        for (old, new) in [
            ("\"size\":\(size)", "\"size\":\(size + 1)"), ("\"index\":3", "\"index\":2"), ("bob", "bab"),
        ] {
            try host.scratch.write("proofs", proofs.replacingOccurrences(of: old, with: new))
            #expect(try Portgate.shell("python3 '\(script.path)' < '\(file.path)'").status != 0, "\(old)")
        }
        try pymerkle(host, size)
    }

    /// The same roots by pymerkle of PyPI, where it is installed.
    private func pymerkle(_ host: EvidenceHost, _ size: Int) throws {
        guard try Portgate.shell("python3 -c 'import pymerkle'").status == 0 else { return }
        let records = try host.run("logs", "-o", "json").output
        let lines = try host.scratch.write("lines", records)
        let root = try #require(try Self.json(try host.run("prove", "0", "-o", "json"))["root"] as? String)
        let script = """
            import pymerkle, sys
            tree = pymerkle.InmemoryTree(algorithm='sha256')
            for line in open('\(lines.path)', 'rb'): tree.append_entry(line.rstrip(b'\\n'))
            print(tree.get_state().hex())
            for index in range(1, \(size) + 1): pymerkle.verify_inclusion(tree.get_leaf(index), tree.get_state(), tree.prove_inclusion(index))
            """
        let file = try host.scratch.write("pymerkle.py", script)
        let outcome = try Portgate.shell("python3 '\(file.path)'")
        #expect(outcome.output == "\(root)\n", "\(outcome)")
    }

    @Test(
        "prove says what it cannot prove",
        arguments: [
            (["prove"], 2), (["prove", "x"], 2), (["prove", "1", "--from", "1"], 2), (["prove", "99"], 3),
            (["prove", "0", "--size", "2"], 3), (["prove", "--from", "99"], 3),
            (["prove", "--from", "3", "--size", "2"], 3),
        ] as [([String], Int32)])
    func proveRefused(_ arguments: [String], _ status: Int32) throws {
        let host = try EvidenceHost()
        try host.write(0..<3)
        let outcome = try Portgate.run(arguments: arguments + ["--state-dir", host.scratch.url.path])
        #expect(outcome.status == status, "\(outcome)")
        #expect(outcome.output.isEmpty && !outcome.errors.isEmpty)
    }

    // MARK: - logs

    @Test("logs shows the records byte by byte, sealed or not, and those asked for")
    func logs() throws {
        let host = try EvidenceHost()
        try host.write(0..<40)
        #expect(try host.segments(".zst").count > 1)
        let all = try host.run("logs", "-o", "json", "--not", "action=ledger-created", "--not", "action=sealed")
        #expect(all.status == 0)
        let lines = all.output.split(separator: "\n")
        let numbers = try lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["number"] as? Int)
        }
        #expect(numbers == Array(0..<40))
        func count(_ arguments: String...) throws -> Int {
            let outcome = try Portgate.run(
                arguments: ["logs", "-o", "json", "--state-dir", host.scratch.url.path] + arguments)
            #expect(outcome.status == 0, "\(outcome)")
            return outcome.output.split(separator: "\n").count
        }
        #expect(try count("--user", "alice") == 10)
        #expect(try count("--user", "bob\"b\\b") == 30)
        #expect(try count("--user", "alice", "--port", "orders-db") == 10)
        #expect(try count("--port", "8443") == 20)
        #expect(try count("--verdict", "deny") == 8)
        #expect(try count("--action", "deny", "--action", "sealed") == 8 + host.segments(".zst").count)
        #expect(try count("--src", "10.0.1.0/24") == 13)
        #expect(try count("--src", "10.0.1.7") == 1)
        #expect(try count("--rule", "office", "--not", "user=alice", "--not", "port=5432") == 20)
        #expect(try count("--since", "1h") == 41 + host.segments(".zst").count)
        #expect(try count("--until", "1h") == 0)
        #expect(try count("--until", "2020-01-01T00:00:00Z") == 0)
    }

    @Test("logs has a line for each record, or one for each field")
    func forms() throws {
        let host = try EvidenceHost()
        try host.write(0..<2)
        let line = try host.run("logs", "--user", "alice")
        #expect(line.status == 0)
        #expect(
            line.output.dropFirst(LedgerTime.byteCount)
                == " deny tcp 10.0.0.0:40000 -> 192.0.2.1:5432 orders-db/office user=alice number=0\n")
        let text = try host.run("logs", "--user", "alice", "-o", "text")
        #expect(
            text.output.contains("\naction: deny\nsrc_ip: 10.0.0.0\nsrc_port: 40000\n") && text.output.hasSuffix("\n\n")
        )
    }

    @Test("nothing in a record reaches the terminal but text")
    func visible() throws {
        let host = try EvidenceHost()
        var writer = try LedgerWriter.open(host.folder)
        try writer.append(LedgerLeaf(.now, "allow", ["user": .string("\u{1b}[2Jeve\u{202e}"), "\u{1b}]0;x": .null]))
        try Array("\u{1b}[31mno record".utf8).withUnsafeBytes { try writer.append($0) }
        try writer.commit()
        for form in ["line", "text"] {
            let output = try host.run("logs", "-o", form).output
            #expect(!output.unicodeScalars.contains { $0.value < 32 && $0 != "\n" || $0.value == 0x202e }, "\(form)")
            #expect(output.contains("no record"))
        }
    }

    @Test(
        "logs refuses what it cannot look for",
        arguments: [
            ["--src", "x"], ["--not", "nothing"], ["--not", "color=red"], ["--since", "yesterday"], ["--for", "3"],
            ["--user", ""], ["--since", "-5m"], ["-o", "json=file"],
        ])
    func logsRefused(_ arguments: [String]) throws {
        let host = try EvidenceHost()
        let outcome = try Portgate.run(arguments: ["logs", "--state-dir", host.scratch.url.path] + arguments)
        #expect(outcome.status == 2 && outcome.output.isEmpty, "\(outcome)")
    }

    @Test("logs without a ledger says so, and makes nothing")
    func absent() throws {
        let scratch = try Scratch()
        let outcome = try Portgate.run("logs", "--state-dir", scratch.url.path)
        #expect(outcome.status == 3 && outcome.errors.contains("there is no ledger in"), "\(outcome)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).isEmpty)
    }

    @Test("logs --follow goes on with what is committed, across segments, and ends when its time is over")
    func follow() throws {
        let host = try EvidenceHost()
        try host.write(0..<3)
        let output = host.scratch.url.appendingPathComponent("followed")
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Portgate.path)
        process.arguments = [
            "logs", "-o", "json", "-f", "--for", "4", "--action", "allow", "--state-dir", host.scratch.url.path,
        ]
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        // What comes while it follows, as well as what was there: in two segments and with sealing in between.
        while try Data(contentsOf: output).isEmpty, process.isRunning { sched_yield() }
        try host.write(3..<20)
        try host.write(20..<31, seals: false)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let numbers = try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["number"] as? Int)
        }
        #expect(numbers == (0..<31).filter { $0 % 5 != 0 })
    }
}
