import Foundation
import Ledger
import Testing

/// Whoever can write to the folder changes something; the verifier must never say that nothing was changed.
@Suite("attacks on a ledger") struct LedgerAttackTests {
    /// What is attacked.
    enum Form: CaseIterable {
        case whole
        /// One whose oldest records were deleted.
        case retained

        /// It has many more files, and lines in them, than the other: of what is tried with these each time, so much less is.
        var thinning: Int { self == .whole ? 1 : 5 }

        func sample() throws -> LedgerSample {
            switch self {
            case .whole: try LedgerSample.threeEpochs()
            case .retained: try LedgerSample.retained()
            }
        }
    }

    /// What happened to a file, and whether it was found.
    private func survivors(
        _ sample: LedgerSample, _ file: String, _ changes: some Sequence<(name: String, bytes: [UInt8]?)>
    ) throws -> [String] {
        let original = try sample.bytes(file)
        var survivors: [String] = []
        for (name, bytes) in changes where bytes != original {
            if let bytes {
                try sample.set(file, bytes)
            } else {
                try FileManager.default.removeItem(at: sample.url(file))
            }
            if try sample.verify().isIntact { survivors.append("\(file): \(name)") }
            try sample.set(file, original)
        }
        return survivors
    }

    /// Of how many bits one is turned over, beginning with one by chance; 1 takes all of them, which needs many minutes.
    private static let step = max(
        1, ProcessInfo.processInfo.environment["PORTGATE_ATTACK_STEP"].flatMap { Int($0) } ?? 41)

    @Test("every bit of every file, turned over, is found", arguments: Form.allCases)
    func bits(_ form: Form) throws {
        let sample = try form.sample()
        let step = Self.step == 1 ? 1 : Self.step * form.thinning
        var count = 0
        let first = Int.random(in: 0..<step)
        for file in try sample.files() {
            let bytes = try sample.bytes(file)
            let flips = stride(from: first, to: bytes.count * 8, by: step).lazy.map { bit in
                var changed = bytes
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                return (name: "bit \(bit)", bytes: Optional(changed))
            }
            #expect(try survivors(sample, file, flips) == [])
            count += (bytes.count * 8 - first + step - 1) / step
        }
        print("attacks: \(count) bits turned over, of \(step) each that begins with \(first)")
        #expect(try sample.verify().isIntact)
    }

    @Test("every file cut at every byte, emptied or removed is found", arguments: Form.allCases)
    func cuts(_ form: Form) throws {
        let sample = try form.sample()
        for file in try sample.files() {
            let bytes = try sample.bytes(file)
            // The last bytes of each file are always among them.
            let places = Set(stride(from: 0, to: bytes.count, by: Self.step * form.thinning)).union(
                max(0, bytes.count - 8)..<bytes.count)
            var cuts = places.sorted().map { (name: "cut at \($0)", bytes: Optional(Array(bytes[..<$0]))) }
            cuts.append(("removed", nil))
            cuts.append(("a byte more", bytes + [10]))
            cuts.append(("twice", bytes + bytes))
            let found = try survivors(sample, file, cuts)
            #expect(found == [], "\(found)")
        }
        #expect(try sample.verify().isIntact)
    }

    @Test("every line deleted, swapped, doubled or moved to another place is found", arguments: Form.allCases)
    func lines(_ form: Form) throws {
        let sample = try form.sample()
        for file in try sample.files() {
            let bytes = try sample.bytes(file)
            let lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
            func joined(_ lines: [[UInt8]]) -> [UInt8]? { Array(lines.joined(separator: [10])) }
            var changes: [(name: String, bytes: [UInt8]?)] = []
            for index in lines.indices {
                var changed = lines
                changed.remove(at: index)
                changes.append(("line \(index) deleted", joined(changed)))
                changed = lines
                changed.insert(lines[index], at: index)
                changes.append(("line \(index) doubled", joined(changed)))
                for other in lines.indices where other > index && (form == .whole || other - index < 3) {
                    changed = lines
                    changed.swapAt(index, other)
                    changes.append(("lines \(index) and \(other) swapped", joined(changed)))
                }
            }
            #expect(try survivors(sample, file, changes) == [])
        }
    }

    @Test("every file in the place of every other, and one more, is found", arguments: Form.allCases)
    func files(_ form: Form) throws {
        let sample = try form.sample()
        let files = try sample.files()
        for file in files {
            let others = try files.filter { $0 != file }.map {
                (name: "from \($0)", bytes: Optional(try sample.bytes($0)))
            }
            #expect(try survivors(sample, file, others) == [])
        }
        for name in ["segments/note", "extra", "keys/spare", "torn/x"] {
            try sample.set(name, [1])
            #expect(try !sample.verify().isIntact, "\(name)")
            try FileManager.default.removeItem(at: sample.url(name))
        }
        #expect(try sample.verify().isIntact)
    }

    @Test("every file in an older form, and the whole ledger in one, is found")
    func older() throws {
        let sample = try LedgerSample(epochSeconds: 10)
        var writer = try sample.writer()
        try writer.append(sample.life("started"))
        try writer.commit()
        var forms: [[String: [UInt8]]] = []
        for number in 0..<6 {
            sample.clock.advance(4)
            try writer.append(sample.record(number))
            try writer.commit()
            let files = try sample.files()
            forms.append(Dictionary(uniqueKeysWithValues: try files.map { ($0, try sample.bytes($0)) }))
        }
        let intact = try sample.verify()
        #expect(intact.isIntact)
        let checkpoint = try #require(intact.checkpoint)
        let memory = LedgerVerifier.Memory(size: checkpoint.size, root: checkpoint.root)
        for form in forms.dropLast() {
            for (file, bytes) in form {
                #expect(try survivors(sample, file, [("older", Optional(bytes))]) == [])
            }
            // A genuine state of an hour ago, all of it: whoever remembers the log knows better, and the silence shows.
            for (file, bytes) in form { try sample.set(file, bytes) }
            let kinds = try sample.verify(memory: memory).findings.map(\.kind)
            #expect(kinds == [.rolledBack])
            sample.clock.advance(600)
            #expect(try sample.verify().findings.map(\.kind) == [.silence])
            sample.clock.advance(-600)
            for (file, bytes) in try #require(forms.last) { try sample.set(file, bytes) }
        }
        #expect(try sample.verify(memory: memory).isIntact)
    }

    @Test("an empty, absent or forged ledger is not believed")
    func forged() throws {
        let sample = try LedgerSample.threeEpochs()
        // One that somebody else began, with the same name.
        let other = try LedgerSample.threeEpochs()
        #expect(try other.verify(anchor: sample.anchor).findings.map(\.kind) == [.signature])
        #expect(try other.verify().isIntact)
        let absent = LedgerVerifier(LedgerFolder(sample.folder.path + "-absent"), anchor: sample.anchor, now: nil)
        #expect(try absent.verify().findings.map(\.kind) == [.absent])
        try FileManager.default.removeItem(at: sample.url("segments"))
        #expect(try !sample.verify().isIntact)
    }

    @Test("the first bad record is named, and what is proven before it")
    func named() throws {
        let sample = try LedgerSample()
        try sample.write(0..<20)
        let file = try #require(sample.files().first { $0.hasSuffix(".jsonl") })
        var text = String(decoding: try sample.bytes(file), as: UTF8.self)
        text = text.replacingOccurrences(of: "10.0.0.7\"", with: "10.0.0.8\"")
        try sample.set(file, Array(text.utf8))
        let verdict = try sample.verify()
        #expect(verdict.findings.count == 1)
        let finding = try #require(verdict.findings.first)
        #expect(finding.kind == .altered)
        #expect(finding.leaves == 8..<9)
        #expect(finding.line == 9)
        #expect(verdict.provenSize == 8)
    }

    @Test("a recorder that falls silent is found, and one that says why is not")
    func silence() throws {
        let sample = try LedgerSample()
        var writer = try sample.writer()
        try writer.append(sample.life("started"))
        try writer.commit()
        sample.clock.advance(60)
        try writer.append(sample.life("heartbeat"))
        try writer.commit()
        #expect(try sample.verify().isIntact)
        sample.clock.advance(300)
        #expect(try sample.verify().findings.map(\.kind) == [.silence])
        // Killed and started again: the log itself tells when nobody was recording.
        try writer.append(sample.life("started"))
        try writer.commit()
        let verdict = try sample.verify()
        #expect(verdict.isIntact)
        #expect(verdict.silences.count == 1)
        sample.clock.advance(300)
        try writer.append(sample.life("heartbeat"))
        try writer.commit()
        #expect(try sample.verify().findings.map(\.kind) == [.silence])
    }
}
