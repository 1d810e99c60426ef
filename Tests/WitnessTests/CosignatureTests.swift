import Foundation
import TestSupport
import Testing

@testable import Ledger
@testable import Witness

@Suite("cosignatures") struct CosignatureTests {
    /// A checkpoint of a public log with the cosignatures of public witnesses, as it was served in 2026.
    private static let published = """
        arche2025h1.staging.ct.transparency.dev
        1432088532
        U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

        — arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
        — arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
        — transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
        — witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
        — remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
        — witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==

        """
    private static let remora = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"

    @Test("the cosignature of a public witness on a public log's checkpoint verifies")
    func real() throws {
        let key = try #require(CosignerKey(Self.remora))
        #expect(key.name == "remora.n621.de" && key.identifier == 0xda77_ade7 && key.description == Self.remora)
        let cosigned = try CosignedCheckpoint(Array(Self.published.utf8), by: key)
        #expect(cosigned.checkpoint.size == 1_432_088_532)
        #expect(cosigned.cosignature.seconds == 0x6a12_2120)
        // The log's own signature by Ed25519 is on it as well.
        let log = try #require(
            NoteKey("arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"))
        #expect(try cosigned.note.verify(by: [log]) == [log])
        for change in [("1432088532", "1432088533"), ("2net5wAAAABqEiEg", "2net5wAAAABqEiEh")] {
            let other = Self.published.replacingOccurrences(of: change.0, with: change.1)
            #expect(throws: CosignedCheckpoint.Failure.cosignature(.forged(key.name))) {
                try CosignedCheckpoint(Array(other.utf8), by: key)
            }
        }
    }

    @Test("the time of a published cosignature is read")
    func time() throws {
        let line =
            "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA=="
        let bytes = try #require(Base64.decode(line[...]))
        #expect(Cosignature(Array(bytes.dropFirst(4)))?.seconds == 1_727_964_367)
        #expect(Cosignature(Array(bytes.dropFirst(4)))?.time.description == "2024-10-03T14:06:07.000000Z")
        // Of another kind, too short, too long, and of a time that no signed number holds.
        #expect(Cosignature(Array(bytes.dropFirst(12))) == nil)
        #expect(Cosignature(Array(bytes.dropFirst(5))) == nil)
        #expect(Cosignature(Array(bytes.dropFirst(4)) + [0]) == nil)
        #expect(Cosignature([0x80] + Array(bytes.dropFirst(5))) == nil)
    }

    @Test(
        "what is no key of a witness is refused",
        arguments: [
            "", "remora.n621.de", "remora.n621.de+da77ade7",
            "remora.n621.de+00000000+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
            "remora.n621.de+DA77ADE7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", "rekor.sigstore.dev+12345678+AwEB",
            "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6",
            " remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
            "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2\n",
        ])
    func keys(_ text: String) { #expect(CosignerKey(text) == nil) }

    @Test("no byte of a cosigned checkpoint can be changed but in what others signed")
    func altered() throws {
        let cosigner = try #require(Cosigner(name: "witness.example/w1", privateKey: (0..<32).map { UInt8($0) }))
        let log = try #require(NoteSigner(name: "log.example", privateKey: (32..<64).map { UInt8($0) }))
        let checkpoint = try #require(
            Checkpoint(origin: "log.example", size: 7, root: MerkleHash(leaf: [1]), extensions: ["extra"]))
        let note = try #require(SignedNote(checkpoint.text, signedBy: [log]))
        let whole = note.adding(cosigner.cosign(note.text, at: 1_700_000_000)).bytes
        let read = try CosignedCheckpoint(whole, by: cosigner.key)
        #expect(read.checkpoint == checkpoint && read.cosignature.seconds == 1_700_000_000)
        let own = note.text.utf8.count + 1 + log.signatureLine(note.text).count
        for place in whole.indices where place < note.text.utf8.count || place >= own {
            var bytes = whole
            bytes[place] ^= 1
            #expect((try? CosignedCheckpoint(bytes, by: cosigner.key)) == nil, "\(place)")
        }
        for count in 0..<whole.count {
            #expect((try? CosignedCheckpoint(Array(whole[..<count]), by: cosigner.key)) == nil)
        }
        // Another name, the same key: another witness.
        let other = try #require(CosignerKey(name: "witness.example/w2", publicKey: cosigner.key.publicKey))
        #expect(throws: CosignedCheckpoint.Failure.cosignature(.absent("witness.example/w2"))) {
            try CosignedCheckpoint(whole, by: other)
        }
    }

    @Test("of several cosignatures of one witness the latest counts, and a time before 1970 is none")
    func several() throws {
        let cosigner = try #require(Cosigner(name: "w", privateKey: (0..<32).map { UInt8($0) }))
        let note = try #require(SignedNote("a\n0\n\(Base64.encode(MerkleHash.empty.bytes))\n", signedBy: []))
        let signed = note.adding(cosigner.cosign(note.text, at: 30)).adding(cosigner.cosign(note.text, at: 40))
            .adding(cosigner.cosign(note.text, at: -5))
        #expect(try cosigner.key.cosignature(of: signed).seconds == 40)
        #expect(try cosigner.key.cosignature(of: note.adding(cosigner.cosign(note.text, at: -5))).seconds == 0)
    }

    @Test("an implementation in Python, by hashlib and openssl, computes the same identifiers, messages and signatures")
    func oracle() throws {
        let cosigner = try #require(Cosigner(name: "witness.example/w1", privateKey: (7..<39).map { UInt8($0) }))
        let checkpoint = try #require(
            Checkpoint(origin: "log.example/ü", size: 4_711, root: MerkleHash(leaf: [1, 2]), extensions: ["a", "b c"]))
        let note = try #require(SignedNote(checkpoint.text, signedBy: []))
        let cosigned = note.adding(cosigner.cosign(note.text, at: 1_763_800_000))
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Oracles/cosignature.py").path
        func check(_ bytes: [UInt8], _ key: CosignerKey) throws -> CommandResult {
            try runCommand(
                ["/usr/bin/env", "python3", script, "\(key)"], input: String(decoding: bytes, as: UTF8.self))
        }
        let result = try check(cosigned.bytes, cosigner.key)
        #expect(result.status == 0 && result.output == "1763800000\n", "\(result)")
        let wrong = note.adding(cosigner.cosign(note.text + "x\n", at: 1_763_800_000))
        #expect(try check(wrong.bytes, cosigner.key).status != 0)
        // The oracle itself takes what a public witness signed.
        let public1 = try check(Array(Self.published.utf8), try #require(CosignerKey(Self.remora)))
        #expect(public1.status == 0, "\(public1)")
    }
}

extension NoteSigner {
    fileprivate func signatureLine(_ text: String) -> [UInt8] {
        SignedNote.Signature(name: key.name, identifier: key.identifier, bytes: sign(Array(text.utf8))).line
    }
}
