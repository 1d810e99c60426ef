import Foundation
import Ledger
import Testing

@Suite("writing a ledger") struct LedgerWriterTests {
    @Test("what is committed is proven, in one process and the next")
    func roundTrip() throws {
        let sample = try LedgerSample()
        #expect(try sample.verify().provenSize == 1)
        try sample.write(0..<5)
        try sample.write(5..<8)
        let verdict = try sample.verify()
        #expect(verdict.findings.isEmpty)
        #expect(verdict.provenSize == 9)
        #expect(verdict.checkpoint?.number == 8)
    }

    @Test("two writers take turns")
    func turns() throws {
        let sample = try LedgerSample(epochSeconds: 5)
        var limits = LedgerLimits()
        limits.segmentBytes = 400
        var first = try sample.writer(limits)
        var second = try sample.writer(limits)
        for number in 0..<10 {
            sample.clock.advance(1)
            try first.append(sample.record(number))
            try first.commit()
            sample.clock.advance(1)
            try second.append(sample.record(number))
            try second.commit()
        }
        let verdict = try sample.verify()
        #expect(verdict.findings.isEmpty)
        #expect(try #require(verdict.checkpoint).epoch == 4)
        #expect(try sample.files().filter { $0.hasSuffix(".jsonl") }.count > 3)
    }

    @Test("a sample of three epochs is intact")
    func sample() throws {
        let sample = try LedgerSample.threeEpochs()
        let verdict = try sample.verify()
        #expect(verdict.findings.isEmpty, "\(verdict.findings.map(\.description))")
        #expect(try #require(verdict.checkpoint).epoch == 2)
        #expect(verdict.isRecording == false)
        #expect(try sample.files().contains { $0.hasPrefix("torn/") })
    }

    @Test("when the clock goes back the log says so and stays proven")
    func clockBack() throws {
        let sample = try LedgerSample()
        try sample.write(0..<2)
        sample.clock.advance(-500)
        try sample.write(2..<4)
        let verdict = try sample.verify()
        #expect(verdict.findings.isEmpty, "\(verdict.findings.map(\.description))")
        #expect(verdict.checkpoint?.epoch == 1)
    }

    @Test("without the note of the last writer everything is found by reading")
    func withoutTip() throws {
        let sample = try LedgerSample(epochSeconds: 3)
        try sample.write(0..<7)
        let tip = URL(fileURLWithPath: sample.folder.path + ".tip")
        for content in ["", "portgate ledger 1\nsegment 0\n", nil] as [String?] {
            if let content {
                try Data(content.utf8).write(to: tip)
            } else {
                try FileManager.default.removeItem(at: tip)
            }
            try sample.write(7..<9)
            #expect(try sample.verify().findings.isEmpty)
        }
    }

    @Test("a line that is none is refused", arguments: ["", "a\nb"])
    func lines(_ text: String) throws {
        let sample = try LedgerSample()
        var writer = try sample.writer()
        #expect(throws: LedgerFailure.self) {
            try Array(text.utf8).withUnsafeBytes { try writer.append($0) }
        }
        #expect(try sample.verify().provenSize == 1)
    }

    @Test("a second ledger in the place of one is refused")
    func second() throws {
        let sample = try LedgerSample()
        #expect(throws: LedgerFailure.present(folder: sample.folder.path)) {
            _ = try sample.folder.create(origin: "other", at: sample.clock.now)
        }
    }

    @Test("stock tools check a sealed segment")
    func stock() throws {
        let sample = try LedgerSample.threeEpochs()
        let manifest = try #require(sample.files().first { $0.hasSuffix(".MANIFEST") })
        let segments = sample.url("segments").path
        let name = (manifest as NSString).lastPathComponent
        let key = "signer namespaces=\"portgate-segment\" \(try sample.folder.sealingKey(of: 0))\n"
        try Data(key.utf8).write(to: URL(fileURLWithPath: "\(segments)/../../signers"))
        let script = """
            cd '\(segments)' && sha256sum --check --strict --quiet \(name) &&
            ssh-keygen -Y verify -f ../../signers -I signer -n portgate-segment -s \(name).sig < \(name) &&
            zstd -t -q *.zst
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
