import Foundation
import JSON
import Testing

@testable import Ledger
@testable import Witness

@Suite("a witness follows a log's keys") struct KeyRotationTests {
    @Test("from the anchor to the last epoch, from whatever size it stopped at", arguments: [1, 2, 3, 5, 7])
    func follows(_ stride: Int) throws {
        let sample = try WitnessSample()
        let service = try sample.service()
        var (size, key) = (UInt64(0), sample.anchor)
        var rotations = 0
        for round in 0..<8 {
            try sample.write(round * 10..<round * 10 + stride, segmentBytes: 900)
            let led = try sample.lead(service, from: size, trusting: key)
            #expect(led.size == (try sample.size))
            (size, key) = (led.size, led.key)
            rotations += led.steps.count { $0.rotation != nil }
            #expect(service.state(of: sample.anchor.name)?.key == key)
        }
        let verdict = try LedgerVerifier(sample.folder, anchor: sample.anchor).verify()
        #expect(verdict.epochKeys.count == rotations + 1 && verdict.epochKeys.last == key)
        #expect(rotations > 0)
    }

    @Test("every step of a ledger is proven from every size, whether its segments are sealed or not")
    func steps() throws {
        let sample = try WitnessSample()
        try sample.write(0..<24, segmentBytes: 900)
        for seals in [false, true] {
            if seals {
                let clock = sample.clock
                var writer = try LedgerWriter.open(sample.folder, clock: { clock.now })
                #expect(try writer.sealSegments() > 2)
            }
            var subtrees = MerkleSubtrees()
            try LedgerReader(sample.folder).blocks { block, _ in
                block.eachLine { subtrees.append(MerkleHash(leaf: $0)) }
                return true
            }
            let last = try #require(try CheckpointTrail(sample.folder).last())
            #expect(last.checkpoint.size == subtrees.size)
            let keys = try LedgerVerifier(sample.folder).verify().epochKeys
            var trail = CheckpointTrail(sample.folder)
            var rotations = 0
            for size in 0...subtrees.size {
                // Whoever is at a size may know the key of the epoch, or of the one before where it was just handed on.
                for key in keys {
                    guard let step = try trail.step(after: size, trusting: key) else { continue }
                    #expect(step.growth == subtrees.consistency(from: size, to: step.checkpoint.size))
                    let root = try #require(subtrees.root(of: size))
                    try step.growth.verify(root, step.checkpoint.root)
                    guard let rotation = step.rotation else {
                        #expect(step.checkpoint == last.checkpoint)
                        continue
                    }
                    rotations += 1
                    try rotation.inclusion.verify(MerkleHash(leaf: rotation.line), in: step.checkpoint.root)
                    #expect(keys.contains(rotation.key) && step.note.signatures.count == 2)
                }
            }
            #expect(rotations > 5)
        }
    }

    @Test("a new witness is led through records that were deleted, and one that stopped at a key among them")
    func deleted() throws {
        let sample = try WitnessSample()
        try sample.write(0..<30, segmentBytes: 900)
        let late = try sample.service("late")
        // Where the third key was handed on: in a segment that will be deleted.
        var trail = CheckpointTrail(sample.folder)
        var (size, key) = (UInt64(0), sample.anchor)
        for _ in 0..<3 {
            let step = try #require(try trail.step(after: size, trusting: key))
            #expect(late.answer(step).status == 200)
            (size, key) = (step.checkpoint.size, try #require(step.rotation).key)
        }
        sample.clock.advance(100 * 86_400)
        try sample.write(30..<36, segmentBytes: 900)
        let clock = sample.clock
        var writer = try LedgerWriter.open(sample.folder, clock: { clock.now })
        try writer.sealSegments()
        #expect(try !writer.retain(days: 90).deleted.isEmpty)
        #expect(try LedgerReader(sample.folder).firstRecord() > size)
        let ended = try sample.lead(late, from: size, trusting: key)
        #expect(ended.size == (try sample.size))
        let fresh = try sample.lead(try sample.service("fresh"))
        #expect(fresh.size == ended.size && fresh.key == ended.key)
        // Somewhere between: nothing is left that proves it.
        let between = try #require(
            (1..<LedgerReader(sample.folder).firstRecord()).first { size in
                (try? trail.step(after: size, trusting: key)) == nil
            })
        #expect(throws: LedgerFailure.self) { try trail.step(after: between, trusting: key) }
    }

    @Test("a witness may begin with a later key than the anchor")
    func laterKey() throws {
        let sample = try WitnessSample()
        try sample.write(0..<30)
        let keys = try LedgerVerifier(sample.folder).verify().epochKeys
        let key = try #require(keys.dropFirst(3).first)
        let service = try sample.service(anchors: [key])
        let led = try sample.lead(service, trusting: key)
        let size = try sample.size
        #expect(led.size == size && led.key == keys.last)
        #expect(led.steps.count { $0.rotation != nil } == keys.count - 4)
    }

    @Test("a rolled back ledger, and one that was written anew by a copy of an old key, are refused")
    func attacks() throws {
        let sample = try WitnessSample()
        try sample.write(0..<12)
        // Copied with the key of its epoch in it.
        try sample.copyState(to: "copy")
        try sample.write(12..<30)
        let service = try sample.service()
        let led = try sample.lead(service)
        let copy = LedgerFolder(sample.path("copy/ledger"))
        let old = CheckpointTrail(copy)
        // Rolled back: shorter than what was signed.
        let (checkpoint, note) = try #require(try old.last())
        let back = service.answer(
            "POST", "/add-checkpoint", AddCheckpointRequest.body(oldSize: checkpoint.size, [], note))
        #expect(back.status == 403 || back.status == 409)
        // Forked: the copy goes on in its own way, past what was signed.
        let clock = TestClock()
        clock.advance(12 * 4)
        var writer = try LedgerWriter.open(copy, clock: { clock.now })
        for number in 0..<40 {
            clock.advance(4)
            try writer.append(LedgerLeaf(clock.now, "forged", ["number": .number(Int64(number))]))
            try writer.commit()
        }
        #expect(try LedgerVerifier(copy, anchor: sample.anchor).verify().isIntact)
        let forged = try #require(try old.last())
        #expect(forged.checkpoint.size > led.size)
        var proof = try #require(try ProofBuilder(copy).consistency(from: led.size, to: nil)).proof.hashes
        let body = AddCheckpointRequest.body(oldSize: led.size, proof, forged.note)
        #expect(service.answer("POST", "/add-checkpoint", body).status == 403)
        // Nor by its keys: none of its records hands on the key that is trusted.
        var trail = CheckpointTrail(copy)
        let step = try #require(try trail.step(after: 13, trusting: sample.anchor))
        #expect([403, 409, 422].contains(service.answer(step).status))
        // Within the epoch that is running, with its key: refused by the proof, not by the signature.
        try sample.copyState(to: "now")
        try sample.write(30..<31, secondsApart: 1)
        let after = try sample.lead(service, from: led.size, trusting: led.key)
        let now = LedgerFolder(sample.path("now/ledger"))
        let same = sample.clock
        var other = try LedgerWriter.open(now, clock: { same.now })
        for _ in 0..<2 {
            try other.append(LedgerLeaf(same.now, "forged"))
            try other.commit()
        }
        let fork = try #require(try CheckpointTrail(now).last())
        proof = try #require(try ProofBuilder(now).consistency(from: after.size, to: nil)).proof.hashes
        let rewritten = service.answer(
            "POST", "/add-checkpoint", AddCheckpointRequest.body(oldSize: after.size, proof, fork.note))
        #expect(rewritten.status == 422, "\(rewritten.text)")
        #expect(service.state(of: sample.anchor.name)?.size == after.size)
    }

    @Test("what does not hand on the key is refused")
    func notHandedOn() throws {
        let sample = try WitnessSample()
        try sample.write(0..<30)
        let service = try sample.service()
        var trail = CheckpointTrail(sample.folder)
        let first = try #require(try trail.step(after: 0, trusting: sample.anchor))
        let rotation = try #require(first.rotation)
        func body(
            _ line: [UInt8]? = nil, _ inclusion: [MerkleHash]? = nil, _ note: SignedNote? = nil
        ) -> [UInt8] {
            let changed = CheckpointStep.Rotation(
                line: line ?? rotation.line,
                inclusion: InclusionProof(index: 0, size: 0, hashes: inclusion ?? rotation.inclusion.hashes),
                key: rotation.key)
            return AddKeyRequest.body(
                CheckpointStep(
                    note: note ?? first.note, checkpoint: first.checkpoint, growth: first.growth, rotation: changed),
                changed)
        }
        func status(_ body: [UInt8]) -> UInt32 { service.answer("POST", "/add-key", body).status }
        let text = String(decoding: rotation.line, as: UTF8.self)
        // Another record, one that is none, another key in it, another proof, a missing signature.
        #expect(status(body(Array("{}".utf8))) == 422)
        #expect(status(body([])) == 422)
        #expect(status(body(Array(text.replacingOccurrences(of: "key-rotation", with: "key-rotatiom").utf8))) == 422)
        #expect(
            status(body(Array(text.replacingOccurrences(of: "\(rotation.key)", with: "\(sample.anchor)").utf8))) == 422)
        let stranger = try #require(NoteSigner(name: sample.anchor.name, privateKey: [UInt8](repeating: 9, count: 32)))
        #expect(
            status(body(Array(text.replacingOccurrences(of: "\(rotation.key)", with: "\(stranger.key)").utf8))) == 403)
        let foreign = try #require(NoteSigner(name: "other.example", privateKey: [UInt8](repeating: 9, count: 32)))
        #expect(
            status(body(Array(text.replacingOccurrences(of: "\(rotation.key)", with: "\(foreign.key)").utf8))) == 422)
        #expect(status(body(Array(text.replacingOccurrences(of: "\"epoch\":1", with: "\"epoch\":2").utf8))) == 422)
        #expect(status(body(nil, [])) == 422)
        #expect(status(body(nil, rotation.inclusion.hashes + [.empty])) == 422)
        for place in 0..<2 {
            let note = first.note.keeping { $0 != first.note.signatures[place] }
            #expect(status(body(nil, nil, note)) == 403)
        }
        #expect(service.state(of: sample.anchor.name)?.size == 0)
        #expect(status(body()) == 200)
        // Once more it is none: the key is another one already.
        #expect(status(body()) == 422 || status(body()) == 409)
        // Not the epoch that follows.
        let second = try #require(try trail.step(after: first.checkpoint.size, trusting: rotation.key))
        let next = try #require(second.rotation)
        let third = try #require(try trail.step(after: second.checkpoint.size, trusting: next.key))
        #expect([403, 409].contains(service.answer(third).status))
        #expect(service.answer(second).status == 200)
        // Every part of the request is needed, and none is enough.
        let whole = AddKeyRequest.body(third, try #require(third.rotation))
        for count in 0..<whole.count {
            // With the new key's signature cut off it is a request, and one that proves nothing.
            #expect([400, 403].contains(service.answer("POST", "/add-key", Array(whole[..<count])).status), "\(count)")
        }
        #expect(service.answer("POST", "/add-key", whole).status == 200)
    }

    @Test("the checkpoint by which a key is handed on may be signed before the key is")
    func checkpointFirst() throws {
        let sample = try WitnessSample()
        try sample.write(0..<9)
        let service = try sample.service()
        var trail = CheckpointTrail(sample.folder)
        let step = try #require(try trail.step(after: 0, trusting: sample.anchor))
        #expect(step.rotation != nil)
        #expect(service.answer("POST", "/add-checkpoint", AddCheckpointRequest.body(step)).status == 200)
        #expect(service.state(of: sample.anchor.name)?.key == sample.anchor)
        let again = try #require(try trail.step(after: step.checkpoint.size, trusting: sample.anchor))
        #expect(again.checkpoint == step.checkpoint && again.growth.hashes.isEmpty)
        #expect(service.answer(again).status == 200)
        #expect(service.state(of: sample.anchor.name)?.key == step.rotation?.key)
    }
}
