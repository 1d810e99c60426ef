import Foundation
import Testing

@testable import Ledger
@testable import Witness

@Suite("requests to a witness") struct RequestTests {
    private static let hash = Base64.encode(MerkleHash.empty.bytes)
    private static let note =
        "log.example\n7\n\(hash)\n\n— log.example \(Base64.encode([UInt8](repeating: 7, count: 68)))\n"

    @Test(
        "what is no request says where it is none",
        arguments: [
            ("", 1), ("old", 1), ("old 1", 1), ("new 1\n\n", 1), ("old \n\n", 1), ("old 01\n\n", 1), ("old +1\n\n", 1),
            ("old -1\n\n", 1), ("old 1 \n\n", 1), ("old  1\n\n", 1), ("OLD 1\n\n", 1), (" old 1\n\n", 1),
            ("old 18446744073709551616\n\n", 1), ("old 99999999999999999999999999\n\n", 1), ("old 0x1\n\n", 1),
            ("old 1\r\n\r\n", 1), ("old ٣\n\n", 1), ("old 1\n", 2), ("old 1\nx\n", 2), ("old 1\n=\n", 2),
            ("old 1\nAAAA\n", 2), ("old 1\n\(hash) \n", 2), ("old 1\n\(hash)\n\(hash.dropLast())\n", 3),
            ("old 1\n\(hash)\n\u{0}\n", 3), ("old 1\n\(hash)\n\(hash)", 3),
        ] as [(String, Int)])
    func malformed(_ head: String, _ line: Int) {
        do throws(RequestFailure) {
            _ = try AddCheckpointRequest(Array(head.utf8))
            Issue.record("taken: \(head.debugDescription)")
        } catch { #expect(error.line == line, "\(error)") }
    }

    @Test(
        "what is no checkpoint is refused",
        arguments: [
            "", "\n", "log.example\n7\n\(hash)\n", "log.example\n7\n\n— log.example AAAAAAAAAAA=\n",
            "log.example\n07\n\(hash)\n\n— log.example AAAAAAAAAAA=\n",
            "log.example\n7\n\(hash)x\n\n— log.example AAAAAAAAAAA=\n",
            "log.example\n7\n\(hash)\n\n- log.example AAAAAAAAAAA=\n",
            "log.example\n7\n\(hash)\n\n— log.example AAAAAAAAAAA=", "log.example\n7\n\(hash)\n\n— log.example ???\n",
            "log.example\n4611686018427387905\n\(hash)\n\n— log.example AAAAAAAAAAA=\n",
            "\n7\n\(hash)\n\n— log.example AAAAAAAAAAA=\n", "log.example\n7\n\(hash)\n\n\n— log.example AAAAAAAAAAA=\n",
            "log.example\n7\n\(hash)\n\n— log.example AAAAAAAAAAA=\n\n",
        ])
    func noCheckpoint(_ note: String) {
        #expect(throws: RequestFailure.self) { try AddCheckpointRequest(Array("old 1\n\n\(note)".utf8)) }
    }

    @Test("a proof has at most 63 hashes")
    func proofLines() throws {
        for (count, isTaken) in [(0, true), (1, true), (63, true), (64, false), (65, false), (5_000, false)] {
            let proof = String(repeating: "\(Self.hash)\n", count: count)
            let request = try? AddCheckpointRequest(Array("old 3\n\(proof)\n\(Self.note)".utf8))
            #expect((request != nil) == isTaken, "\(count)")
            #expect(request?.proof.count == (isTaken ? count : nil))
            // Of both proofs of add-key too.
            for head in ["old 3\n\(proof)\nrecord\n", "old 3\n\nrecord\n\(proof)"] {
                #expect(((try? AddKeyRequest(Array("\(head)\n\(Self.note)".utf8))) != nil) == isTaken, "\(count)")
            }
        }
    }

    @Test("a request is read as it was made, and no part of one is a request")
    func parts() throws {
        let note = try SignedNote(Array(Self.note.utf8))
        let body = AddCheckpointRequest.body(oldSize: 3, [.empty, MerkleHash(leaf: [1])], note)
        let request = try AddCheckpointRequest(body)
        #expect(request.oldSize == 3 && request.proof == [.empty, MerkleHash(leaf: [1])] && request.note == note)
        for count in 0..<body.count {
            #expect(throws: RequestFailure.self) { try AddCheckpointRequest(Array(body[..<count])) }
        }
        // Bytes at random neither crash nor pass.
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var bytes = body
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            if let other = try? AddCheckpointRequest(bytes) {
                #expect(AddCheckpointRequest.body(oldSize: other.oldSize, other.proof, other.note) == bytes)
            }
            _ = try? AddKeyRequest(bytes)
        }
    }
}
