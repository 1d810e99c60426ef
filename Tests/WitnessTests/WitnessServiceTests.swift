import Foundation
import Synchronization
import Testing

@testable import Ledger
@testable import Witness

/// A log that is nothing but a key: it signs whatever a test wants.
struct TestLog {
    let signer: NoteSigner
    let origin: String

    init(_ origin: String = "log.example", seed: UInt8 = 1) throws {
        self.origin = origin
        signer = try #require(NoteSigner(name: origin, privateKey: [UInt8](repeating: seed, count: 32)))
    }

    func note(_ size: UInt64, _ root: MerkleHash, by signers: [NoteSigner]? = nil) throws -> SignedNote {
        let checkpoint = try #require(Checkpoint(origin: origin, size: size, root: root))
        return try #require(SignedNote(checkpoint.text, signedBy: signers ?? [signer]))
    }

    func body(
        old: UInt64, _ size: UInt64, _ root: MerkleHash, _ proof: [MerkleHash] = [], by signers: [NoteSigner]? = nil
    ) throws -> [UInt8] {
        AddCheckpointRequest.body(oldSize: old, proof, try note(size, root, by: signers))
    }
}

/// A tree of numbered leaves.
private func tree(_ count: Int, salt: String = "") -> MerkleSubtrees {
    var tree = MerkleSubtrees()
    for number in 0..<count { tree.append(MerkleHash(leaf: Array("\(salt)\(number)".utf8))) }
    return tree
}

@Suite("a witness") struct WitnessServiceTests {
    private func post(_ service: WitnessService, _ body: [UInt8]) -> WitnessAnswer {
        service.answer("POST", "/add-checkpoint", body)
    }

    @Test("every status of add-checkpoint is as the specification says it")
    func statuses() throws {
        let sample = try WitnessSample()
        let log = try TestLog()
        let service = try sample.service(anchors: [log.signer.key])
        let tree = tree(20)
        func root(_ size: UInt64) throws -> MerkleHash { try #require(tree.root(of: size)) }
        func grow(_ old: UInt64, _ new: UInt64) throws -> [UInt8] {
            let proof = try #require(tree.consistency(from: old, to: new)).hashes
            return try log.body(old: old, new, root(new), proof)
        }
        func size() -> UInt64? { service.state(of: log.origin)?.size }
        // 200: the first one, from nothing.
        let first = post(service, try grow(0, 5))
        #expect(first.status == 200 && first.text.hasPrefix("— witness.example/w ") && first.text.hasSuffix("\n"))
        // 409 with the size: the client believes another.
        for old in [UInt64(0), 4, 6] {
            let answer = post(service, try grow(old, 9))
            #expect(answer.status == 409 && answer.text == "5\n" && answer.contentType == "text/x.tlog.size")
        }
        // 400: backwards.
        #expect(post(service, try log.body(old: 5, 4, root(4))).status == 400)
        #expect(post(service, try log.body(old: .max, 9, root(9))).status == 400)
        // 422: no proof, a wrong one, one too long, one of another tree.
        #expect(post(service, try log.body(old: 5, 9, root(9))).status == 422)
        let proof = try #require(tree.consistency(from: 5, to: 9)).hashes
        #expect(post(service, try log.body(old: 5, 9, root(9), proof + [proof[0]])).status == 422)
        #expect(post(service, try log.body(old: 5, 9, root(9), proof.reversed())).status == 422)
        #expect(post(service, try log.body(old: 5, 9, root(8), proof)).status == 422)
        // 409: another root of the same size; 422: a proof where none is needed.
        #expect(post(service, try log.body(old: 5, 5, root(4))).status == 409)
        #expect(post(service, try log.body(old: 5, 5, root(5), proof)).status == 422)
        // 403: signed by nobody who is trusted, or by nobody at all, or not this text.
        let stranger = try TestLog(seed: 2)
        #expect(post(service, try stranger.body(old: 5, 9, root(9), proof)).status == 403)
        let note = try log.note(9, root(9))
        let other = try log.note(9, root(8))
        let forged = AddCheckpointRequest.body(
            oldSize: 5, proof, note.keeping { _ in false }.adding(other.signatures[0]))
        #expect(post(service, forged).status == 403)
        // 404: another log.
        #expect(post(service, try TestLog("other.example").body(old: 0, 1, root(1))).status == 404)
        #expect(size() == 5)
        // 200: the same again, and on; signatures of others are passed over, and not handed on.
        #expect(post(service, try log.body(old: 5, 5, root(5))).status == 200)
        let both = try log.body(
            old: 5, 9, root(9), proof, by: [stranger.signer, log.signer, log.signer, stranger.signer])
        #expect(post(service, both).status == 200)
        #expect(size() == 9)
        let kept = service.answer("GET", "/logs/\(WitnessedLog.identifier(of: log.origin))/checkpoint", [])
        let cosigned = try CosignedCheckpoint(kept.body, by: service.key)
        #expect(cosigned.note.signatures.count == 2 && cosigned.checkpoint.size == 9)
        #expect(try cosigned.note.verify(by: [log.signer.key]) == [log.signer.key])
    }

    @Test("the requests of another implementation's tests are answered as there")
    func published() throws {
        // The log, its checkpoints and the witness's key of the tests of litewitness.
        let origin = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
        func bytes(_ hexadecimal: String) throws -> [UInt8] { try #require(MerkleHash(hexadecimal: hexadecimal)).bytes }
        let anchor = try #require(
            NoteKey(
                name: origin,
                publicKey: try bytes("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f")))
        let cosigner = try #require(
            Cosigner(
                name: "example.com",
                privateKey: try bytes("31ffc2116ecbe003acaa800ab70757bd7d53206e3febef6a6d0796d95530b34f")))
        #expect(
            cosigner.key.publicKey == (try bytes("64848ad8abed6e85981b3b3875b252b8767ebb4b02f703aca3b1e71bbd6a8e50")))
        let sample = try WitnessSample()
        let service = try sample.service(anchors: [anchor])
        func body(_ old: Int, _ proof: [String], _ size: Int, _ root: String, _ signature: String) -> [UInt8] {
            let lines = ["old \(old)"] + proof + ["", origin, "\(size)", root, "", "— \(origin) \(signature)", ""]
            return Array(lines.joined(separator: "\n").utf8)
        }
        let hash = { (letter: String) in "Kg" + letter + String(repeating: "A", count: 40) + "=" }
        let first = body(
            0, [], 1, hash("A"),
            "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=")
        let three = body(
            1, [hash("E"), hash("I")], 3, "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
            "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=")
        let five = body(
            1, [hash("E"), "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=", hash("Q")], 5,
            "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
            "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=")
        #expect(post(service, first).status == 200)
        let other = try WitnessSample()
        let second = try other.service(anchors: [anchor])
        #expect(post(second, first).status == 200)
        // Either may come first; the other is a conflict then.
        for (service, order) in [(service, [five, three]), (second, [three, five])] {
            #expect(post(service, order[0]).status == 200)
            #expect(post(service, order[1]).status == 409)
        }
        #expect(service.state(of: origin)?.size == 5 && second.state(of: origin)?.size == 3)
    }

    @Test("a log without records is witnessed too, and with no other root than that of nothing")
    func empty() throws {
        let log = try TestLog()
        let leaf = MerkleHash(leaf: [1])
        for (root, proof, status) in [
            (MerkleHash.empty, [], UInt32(200)), (leaf, [], 409), (.empty, [leaf], 422),
        ] as [(MerkleHash, [MerkleHash], UInt32)] {
            let sample = try WitnessSample()
            let service = try sample.service(anchors: [log.signer.key])
            for _ in 0..<2 { #expect(post(service, try log.body(old: 0, 0, root, proof)).status == status) }
            #expect(post(service, try log.body(old: 0, 1, leaf, [leaf])).status == 422)
            #expect(post(service, try log.body(old: 0, 1, leaf)).status == 200)
            #expect(post(service, try log.body(old: 0, 1, leaf)).status == 409)
        }
    }

    @Test("what was signed is remembered by the next process, and nothing that contradicts it is signed")
    func memory() throws {
        let sample = try WitnessSample()
        let log = try TestLog()
        let (tree, fork) = (tree(12), tree(12, salt: "x"))
        var answers: [String] = []
        for size in UInt64(1)...12 {
            let service = try sample.service(anchors: [log.signer.key])
            let proof = try #require(tree.consistency(from: size - 1, to: size)).hashes
            let body = try log.body(old: size - 1, size, #require(tree.root(of: size)), proof)
            answers.append(post(service, body).text)
            #expect(service.state(of: log.origin)?.size == size)
            // Another tree of the same size, and one of a smaller.
            #expect(post(service, try log.body(old: size, size, #require(fork.root(of: size)))).status == 409)
            #expect(post(service, try log.body(old: size - 1, size, #require(fork.root(of: size)))).status == 409)
        }
        #expect(Set(answers).count == 12)
    }

    @Test("one process at a time has a witness's folder")
    func locked() throws {
        let sample = try WitnessSample()
        let service = try sample.service()
        #expect(throws: WitnessFailure.locked(path: sample.path("w/lock"))) { try WitnessStore(sample.path("w")) }
        #expect(service.key.name == "witness.example/w")
        #expect(try WitnessStore.publicKey(in: sample.path("w")) == service.key)
    }

    @Test("a state that was changed is not worked with")
    func damaged() throws {
        let sample = try WitnessSample()
        try sample.write(0..<8)
        try sample.lead(try sample.service())
        let file = URL(fileURLWithPath: sample.path("w/logs/\(WitnessedLog.identifier(of: sample.anchor.name))"))
        let good = try Data(contentsOf: file)
        _ = try sample.service()
        // The number of the epoch and the log's own signature are not what the witness relies on.
        let whole = Array(good)
        func rest(of start: String) throws -> Range<Int> {
            let mark = Array(start.utf8)
            let place = try #require(whole.indices.first { whole[$0...].starts(with: mark) }) + mark.count
            return place..<(try #require(whole[place...].firstIndex(of: 10)))
        }
        let free = [try rest(of: "\nepoch "), try rest(of: "\n\n— ")]
        for place in good.indices where !free.contains(where: { $0.contains(place) }) {
            var bytes = good
            bytes[place] ^= 1
            try bytes.write(to: file)
            #expect(throws: WitnessFailure.self, "\(place)") { try sample.service() }
        }
        for count in 0..<good.count {
            try good[..<count].write(to: file)
            #expect(throws: WitnessFailure.self, "\(count)") { try sample.service() }
        }
        try good.write(to: file)
        _ = try sample.service()
        // Another anchor of the same name is another log.
        let other = try WitnessSample()
        #expect(throws: WitnessFailure.self) { try sample.service(anchors: [other.anchor]) }
    }

    @Test("a signature is given out only when what it says is on the disk")
    func full() throws {
        let sample = try WitnessSample()
        let log = try TestLog()
        let service = try sample.service(anchors: [log.signer.key])
        let leaf = MerkleHash(leaf: [1])
        #expect(post(service, try log.body(old: 0, 1, leaf)).status == 200)
        // A folder where the file should be: the rename fails.
        let file = sample.path("w/logs/\(WitnessedLog.identifier(of: log.origin))")
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        let proof = [MerkleHash(leaf: [2])]
        let body = try log.body(old: 1, 2, MerkleHash(leaf, proof[0]), proof)
        let answer = post(service, body)
        #expect(answer.status == 500 && !answer.text.contains("—"))
        #expect(service.state(of: log.origin)?.size == 1)
        try FileManager.default.removeItem(atPath: file)
        #expect(post(service, body).status == 200)
    }

    @Test("of many who submit two histories at once one history is signed")
    func concurrent() throws {
        let sample = try WitnessSample()
        let log = try TestLog()
        let service = try sample.service(anchors: [log.signer.key])
        let trees = [tree(40), tree(40, salt: "x")]
        let signed = Mutex<[UInt64: Set<MerkleHash>]>([:])
        nonisolated(unsafe) let shared = service
        DispatchQueue.concurrentPerform(iterations: 8) { worker in
            let tree = trees[worker % 2]
            for _ in 0..<60 {
                let old = shared.state(of: log.origin)?.size ?? 0
                guard old < 40 else { return }
                let new = min(40, old + UInt64(worker % 3) + 1)
                guard let proof = tree.consistency(from: old, to: new), let root = tree.root(of: new),
                    let body = try? log.body(old: old, new, root, proof.hashes)
                else { continue }
                if shared.answer("POST", "/add-checkpoint", body).status == 200 {
                    signed.withLock { _ = $0[new, default: []].insert(root) }
                }
            }
        }
        let all = signed.withLock { $0 }
        #expect(!all.isEmpty)
        // All that was signed is of one of the two.
        let isOfOne = trees.contains { tree in all.allSatisfy { size, roots in roots == [tree.root(of: size)] } }
        #expect(isOfOne)
        #expect(service.state(of: log.origin)?.size == all.keys.max())
    }

    @Test("pages tell what is known, and other paths and methods what there is")
    func pages() throws {
        let sample = try WitnessSample()
        let service = try sample.service()
        let identifier = WitnessedLog.identifier(of: sample.anchor.name)
        #expect(service.answer("GET", "/key", []).text == "\(service.key)\n")
        #expect(service.answer("GET", "/logs", []).text == "\(identifier) 0 \(sample.anchor.name)\n")
        #expect(service.state(of: sample.anchor.name) == LogState(size: 0, root: .empty, key: sample.anchor))
        #expect(service.answer("GET", "/logs/\(identifier)/checkpoint", []).status == 404)
        for path in [
            "", "/", "/logs/", "/logs/x", "/logs/\(identifier)/", "/logs/\(identifier)/checkpoint/", "/keys", "//key",
        ] {
            #expect(service.answer("GET", path, []).status == 404, "\(path)")
        }
        for (method, path) in [("GET", "/add-checkpoint"), ("PUT", "/add-key"), ("POST", "/key"), ("DELETE", "/logs")] {
            let answer = service.answer(method, path, [])
            #expect(answer.status == 405 && answer.allow != nil)
        }
    }
}
