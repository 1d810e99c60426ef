import Testing

@testable import Ledger

/// What a careless implementation of Ed25519, of base64 or of a container takes for a signature.
@Suite("signatures that are none") struct SignatureEdgeTests {
    private static let text = "log.example/one\n7\n"
    /// The order of the group, the least significant byte first.
    private static let order: [UInt8] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ]
    private static let identity: [UInt8] = [1] + [UInt8](repeating: 0, count: 31)
    /// Points whose order divides 8, and other spellings of them.
    private static let smallOrder: [[UInt8]] = [
        identity, [UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 31) + [0x80],
        [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f], [0xed] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
        [0xee] + [UInt8](repeating: 0xff, count: 30) + [0x7f], [1] + [UInt8](repeating: 0, count: 30) + [0x80],
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
            0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
            0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
        ],
    ]

    private static func signer() throws -> NoteSigner {
        try #require(NoteSigner(name: "log.example/one", privateKey: [UInt8](repeating: 1, count: 32)))
    }

    private static func sum(_ left: ArraySlice<UInt8>, _ right: [UInt8]) -> [UInt8] {
        var carry = 0
        return zip(left, right).map { left, right in
            let sum = Int(left) + Int(right) + carry
            carry = sum >> 8
            return UInt8(sum & 255)
        }
    }

    @Test("a signature with the order added to its scalar is another signature, and none")
    func malleable() throws {
        let signer = try Self.signer()
        let message = Array(Self.text.utf8)
        var signature = signer.sign(message)
        #expect(signer.key.verifies(signature, of: message))
        for _ in 0..<7 {
            signature = Array(signature.prefix(32)) + Self.sum(signature.suffix(32), Self.order)
            #expect(!signer.key.verifies(signature, of: message))
        }
    }

    @Test("points of small order, zeros and the order itself sign nothing")
    func small() throws {
        let signer = try Self.signer()
        let message = Array(Self.text.utf8)
        let scalars: [[UInt8]] = [
            [UInt8](repeating: 0, count: 32), Self.identity, Self.order, [UInt8](repeating: 0xff, count: 32),
            Array(signer.sign(message).suffix(32)),
        ]
        for point in Self.smallOrder {
            for scalar in scalars { #expect(!signer.key.verifies(point + scalar, of: message)) }
        }
        let genuine = signer.sign(message)
        for scalar in scalars.dropLast() {
            #expect(!signer.key.verifies(Array(genuine.prefix(32)) + scalar, of: message))
        }
        #expect(!signer.key.verifies(Array(genuine.suffix(32) + genuine.prefix(32)), of: message))
    }

    @Test("a signature of another length is none", arguments: [0, 1, 32, 63, 65, 128])
    func length(_ count: Int) throws {
        let signer = try Self.signer()
        let message = Array(Self.text.utf8)
        let bytes = signer.sign(message) + signer.sign(message)
        #expect(!signer.key.verifies(Array(bytes.prefix(count)), of: message))
    }

    @Test("a note with a signature that was bent is not believed")
    func notes() throws {
        let signer = try Self.signer()
        let note = try #require(SignedNote(Self.text, signedBy: [signer]))
        let lines = String(decoding: note.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let words = lines[3].split(separator: " ")
        let signature = try #require(Base64.decode(words[2]))
        func bent(_ line: String) -> NoteFailure? {
            do throws(NoteFailure) {
                _ = try SignedNote(Array("\(Self.text)\n\(line)\n".utf8)).verify(by: [signer.key])
                return nil
            } catch { return error }
        }
        #expect(bent("— \(words[1]) \(words[2])") == nil)
        // Another spelling of the same bytes: without padding, with bits behind the end, of the other alphabet, with a break.
        #expect(bent("— \(words[1]) \(words[2].drop { $0 == "=" })=") == .signature(line: 4))
        #expect(bent("— \(words[1]) \(Base64.encode(signature + [0]))") == .forged(signer.key.name))
        let padded = Base64.encode(Array(signature.dropLast()))
        #expect(padded.hasSuffix("=") && bent("— \(words[1]) \(padded)") == .forged(signer.key.name))
        // The last digit before the padding has bits that nothing is made of.
        var open = Array(padded.utf8)
        let place = try #require(open.lastIndex { $0 != UInt8(ascii: "=") })
        open[place] += open[place] == UInt8(ascii: "z") || open[place] == UInt8(ascii: "Z") ? 0 : 1
        if open != Array(padded.utf8) {
            #expect(bent("— \(words[1]) \(String(decoding: open, as: UTF8.self))") == .signature(line: 4))
        }
        #expect(bent("— \(words[1]) \(Base64.encode(Array(signature.dropLast())))") == .forged(signer.key.name))
        #expect(bent("- \(words[1]) \(words[2])") == .signature(line: 4))
        #expect(bent("—  \(words[1]) \(words[2])") == .signature(line: 4))
        #expect(bent("— \(words[1]) \(words[2]) ") == .signature(line: 4))
        // A forged one is not outweighed by a genuine one.
        let forged = Base64.encode(Array(signature.prefix(4)) + [UInt8](repeating: 0, count: 64))
        #expect(bent("— \(words[1]) \(forged)\n— \(words[1]) \(words[2])") == .forged(signer.key.name))
        // The identifier of another key: a signature of somebody unknown.
        #expect(bent("— \(words[1]) \(Base64.encode([0, 0, 0, 0] + signature.dropFirst(4)))") == .nobody)
    }

    // MARK: - The form of OpenSSH

    private static let manifest = Array("abc  file\n".utf8)

    @Test("an SSH signature is read as it is written, and signs its message only")
    func ssh() throws {
        let signature = SSHSignature(Self.manifest, by: try Self.signer())
        #expect(signature.verifies(Self.manifest))
        #expect(!signature.verifies(Self.manifest + [10]) && !signature.verifies([]))
        #expect(SSHSignature(signature.armored) == signature)
    }

    @Test("no SSH signature is believed of which a bit was changed, or that was cut")
    func flipped() throws {
        let armored = SSHSignature(Self.manifest, by: try Self.signer()).armored
        let key = try Self.signer().key.publicKey
        for place in armored.indices {
            for bit in 0..<8 {
                var changed = armored
                changed[place] ^= 1 << UInt8(bit)
                // One that names another key is that key's matter: it has not signed either.
                let read = SSHSignature(changed)
                #expect(read?.verifies(Self.manifest) != true, "byte \(place) bit \(bit)")
            }
            #expect(SSHSignature(Array(armored[..<place])) == nil)
        }
        #expect(SSHSignature(armored + [10]) == nil)
        #expect(SSHSignature([10] + armored) == nil)
        #expect(SSHSignature(armored + armored) == nil)
        #expect(SSHSignature(armored)?.publicKey == key)
    }

    @Test("one of another namespace, hash, version or kind of key, or with other line lengths, is none")
    func otherForms() throws {
        let signer = try Self.signer()
        func string(_ text: [UInt8]) -> [UInt8] { [0, 0, 0, UInt8(text.count)] + text }
        func armored(
            namespace: String = "portgate-segment", reserved: [UInt8] = [], hash: String = "sha512",
            version: UInt8 = 1, kind: String = "ssh-ed25519", lineLength: Int = 70
        ) -> [UInt8] {
            let digest = [UInt8](repeating: 7, count: 64)
            let signed =
                Array("SSHSIG".utf8) + string(Array(namespace.utf8)) + string(reserved)
                + string(Array(hash.utf8)) + string(digest)
            let blob =
                Array("SSHSIG".utf8) + [0, 0, 0, version]
                + string(string(Array(kind.utf8)) + string(signer.key.publicKey)) + string(Array(namespace.utf8))
                + string(reserved) + string(Array(hash.utf8))
                + string(string(Array(kind.utf8)) + string(signer.sign(signed)))
            let base64 = Array(Base64.encode(blob).utf8)
            var text = Array("-----BEGIN SSH SIGNATURE-----\n".utf8)
            for start in stride(from: 0, to: base64.count, by: lineLength) {
                text += base64[start..<min(start + lineLength, base64.count)] + [10]
            }
            return text + Array("-----END SSH SIGNATURE-----\n".utf8)
        }
        #expect(SSHSignature(armored()) != nil)
        #expect(SSHSignature(armored(namespace: "portgate-segmenT")) == nil)
        #expect(SSHSignature(armored(namespace: "file")) == nil)
        #expect(SSHSignature(armored(reserved: [1])) == nil)
        #expect(SSHSignature(armored(hash: "sha256")) == nil)
        #expect(SSHSignature(armored(version: 2)) == nil)
        #expect(SSHSignature(armored(kind: "ssh-ed25518")) == nil)
        #expect(SSHSignature(armored(lineLength: 76)) == nil)
        // The signature of a note is none of a manifest.
        let note = SSHSignature(Self.manifest, by: signer)
        #expect(!signer.key.verifies(Array(note.armored.suffix(64)), of: Self.manifest))
    }
}
