import Foundation
import Ledger
import Testing

@Suite("verify") struct VerifyCommandTests {
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
        let document = try host.run("verify", "-o", "json").json()
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
        let document = try host.run("verify", "-o", "json").json()
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
}
