import Testing

@testable import Ledger

/// Signed notes and checkpoints, against examples of Go's golang.org/x/mod/sumdb/note (BSD-3) and RFC 8032.
@Suite("signed notes and checkpoints")
struct SignedNoteTests {
    private static let neumann = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    private static let text =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    private static let note =
        text
        + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

    private static func signer(_ name: String, _ byte: UInt8) throws -> NoteSigner {
        try #require(NoteSigner(name: name, privateKey: [UInt8](repeating: byte, count: 32)))
    }

    @Test("a note that Go signed is read, verified, and written as it was")
    func known() throws {
        let key = try #require(NoteKey(Self.neumann))
        #expect(key.description == Self.neumann && key.identifier == 0xc74f_20a3)
        let note = try SignedNote(Array(Self.note.utf8))
        #expect(note.text == Self.text)
        #expect(try note.verify(by: [key]) == [key])
        #expect(note.bytes == Array(Self.note.utf8))
    }

    @Test("the first keys and the first signature of RFC 8032, section 7.1, come out")
    func vectors() throws {
        func bytes(_ hex: String) -> [UInt8] {
            let digits = Array(hex.utf8)
            return stride(from: 0, to: digits.count, by: 2).map {
                UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16) ?? 0
            }
        }
        let signer = try #require(
            NoteSigner(
                name: "test",
                privateKey: bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")))
        #expect(signer.key.publicKey == bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
        let signature = bytes(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        )
        #expect(signer.sign([]) == signature)
        #expect(signer.key.verifies(signature, of: []))
        #expect(!signer.key.verifies(signature, of: [0]))
        #expect(!signer.key.verifies(Array(signature.dropLast()), of: []))
    }

    @Test("what is signed verifies by its key, and by no other")
    func signed() throws {
        let (one, two) = (try Self.signer("log.example/one", 1), try Self.signer("log.example/two", 2))
        let note = try #require(SignedNote("a\n\nb\n", signedBy: [one, two]))
        let read = try SignedNote(note.bytes)
        #expect(read == note)
        #expect(try read.verify(by: [two.key, one.key]) == [two.key, one.key])
        #expect(try read.verify(by: [one.key]) == [one.key])
        #expect(throws: NoteFailure.nobody) { try read.verify(by: [try Self.signer("log.example/three", 3).key]) }
        // Of the same name with another key is somebody else.
        #expect(throws: NoteFailure.nobody) { try read.verify(by: [try Self.signer("log.example/one", 4).key]) }
        #expect(throws: NoteFailure.nobody) { try read.verify(by: []) }
        #expect(SignedNote("no line end", signedBy: [one]) == nil)
        #expect(SignedNote("bell\u{7}\n", signedBy: [one]) == nil)
    }

    @Test("no note is believed of which any bit was changed")
    func flipped() throws {
        let signer = try Self.signer("log.example/one", 1)
        let bytes = try #require(SignedNote("log.example/one\n7\n", signedBy: [signer])).bytes
        for place in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[place] ^= 1 << UInt8(bit)
                #expect(throws: NoteFailure.self, "byte \(place) bit \(bit)") {
                    try SignedNote(changed).verify(by: [signer.key])
                }
            }
            #expect(throws: NoteFailure.self) { try SignedNote(Array(bytes[..<place])).verify(by: [signer.key]) }
        }
    }

    @Test(
        "what is no note is refused with the line",
        arguments: [
            ("a\n", NoteFailure.unsigned), ("a\n\n", .unsigned), ("", .unsigned), ("a\n\n— x AAAAAAA=", .unsigned),
            ("a\n\nx\n", .signature(line: 3)), ("a\n\n— x\n", .signature(line: 3)),
            ("a\n\n— x AAAAAAA\n", .signature(line: 3)), ("a\n\n— x AAAAAA==\n", .signature(line: 3)),
            ("a\n\n— x AAAAAAB=\n", .signature(line: 3)), ("a\n\n— x AAAAA AA=\n", .signature(line: 3)),
            ("a\n\n— x+y AAAAAAA=\n", .signature(line: 3)), ("a\n\n— x AAAAAAA=\ny\n", .signature(line: 4)),
            ("a\tb\n\n— x AAAAAAA=\n", .text),
        ])
    func malformed(_ text: String, _ failure: NoteFailure) {
        #expect(throws: failure) { try SignedNote(Array(text.utf8)) }
        #expect(!failure.description.isEmpty)
    }

    @Test("a note that is too long, or no UTF-8, is refused")
    func hostile() {
        #expect(throws: NoteFailure.length(SignedNote.mostBytes + 1)) {
            try SignedNote([UInt8](repeating: 10, count: SignedNote.mostBytes + 1))
        }
        #expect(throws: NoteFailure.text) { try SignedNote([0xff, 10, 10, 10]) }
        let many = "a\n\n" + String(repeating: "— x AAAAAAA=\n", count: 101)
        #expect(throws: NoteFailure.signature(line: 103)) { try SignedNote(Array(many.utf8)) }
    }

    @Test("keys are read as they are written, and no other way")
    func keys() {
        #expect(NoteKey(Self.neumann + "=") == nil)
        #expect(NoteKey(Self.neumann.replacing("c74f20a3", by: "c74f20a4")) == nil)
        #expect(NoteKey(Self.neumann.replacing("PeterNeumann", by: "")) == nil)
        #expect(NoteKey("PeterNeumann") == nil)
        #expect(NoteKey(name: "a b", publicKey: [UInt8](repeating: 0, count: 32)) == nil)
        #expect(NoteKey(name: "a", publicKey: [UInt8](repeating: 0, count: 31)) == nil)
        #expect(NoteSigner(name: "a", privateKey: []) == nil)
    }

    @Test("checkpoints are read as they are written, and no other way")
    func checkpoints() throws {
        let root = MerkleHash(leaf: [1])
        let checkpoint = try #require(
            Checkpoint(origin: "log.example/one", size: 20, root: root, extensions: ["epoch 3"]))
        #expect(Checkpoint(checkpoint.text) == checkpoint)
        let hash = checkpoint.text.split(separator: "\n")[2]
        for text in [
            "", "log\n20\n", "log\n20\n\(hash)", "log\n020\n\(hash)\n", "log\n+20\n\(hash)\n", "log\n-1\n\(hash)\n",
            "log\n20 \n\(hash)\n",
            "\n20\n\(hash)\n", "log\n20\n\(hash.dropLast())\n", "log\n20\nAAAA\n", "log\n20\n\(hash)\n\n",
            "log\n18446744073709551615\n\(hash)\n", "log\n18446744073709551616\n\(hash)\n",
        ] {
            #expect(Checkpoint(text) == nil, "\(text)")
        }
        #expect(Checkpoint("log\n0\n\(hash)\n")?.size == 0)
        #expect(Checkpoint(origin: "a\nb", size: 1, root: root) == nil)
        #expect(Checkpoint(origin: "a", size: 1, root: root, extensions: [""]) == nil)
    }
}

extension String {
    fileprivate func replacing(_ old: String, by new: String) -> String {
        guard let range = range(of: old) else { return self }
        return String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
    private func range(of part: String) -> Range<String.Index>? {
        indices.first { self[$0...].hasPrefix(part) }.map { $0..<index($0, offsetBy: part.count) }
    }
}
