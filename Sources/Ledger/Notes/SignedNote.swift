/// Why a note is none, or proves nothing.
public enum NoteFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is longer than ``SignedNote/mostBytes``.
    case length(Int)
    /// It is no UTF-8, or has a control character other than a line end.
    case text
    /// There is no empty line with signatures behind it.
    case unsigned
    /// A line behind the text is no signature; the number of the line in the note, from 1.
    case signature(line: Int)
    /// None of the keys that are trusted has signed it.
    case nobody
    /// A key that is trusted has not signed this text, though a signature says so; the name of the key.
    case forged(String)

    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .length(let count): "a note has at most \(SignedNote.mostBytes) bytes, and this one has \(count)"
        case .text: "a note is UTF-8 without control characters, and this one is not"
        case .unsigned: "no signatures stand behind an empty line"
        case .signature(let line):
            "line \(line) is no signature: a dash, a name, and base64 of a key's identifier and a signature"
        case .nobody: "none of the keys that are trusted has signed it"
        case .forged(let name): "the signature of \(name) does not fit the text"
        }
    }
}

/// A text and who signed it (C2SP signed-note): the text, an empty line, and one line for each signature.
public struct SignedNote: Hashable, Sendable {
    /// A signature, as the note tells of it.
    public struct Signature: Hashable, Sendable {
        /// The name of the key.
        public let name: String
        /// The identifier of the key.
        public let identifier: UInt32
        /// The signature, of whatever kind the key is.
        public let bytes: [UInt8]

        /// Takes a signature that somebody has made.
        package init(name: String, identifier: UInt32, bytes: [UInt8]) {
            self.name = name
            self.identifier = identifier
            self.bytes = bytes
        }

        /// The line by which a note tells of it, with its end.
        package var line: [UInt8] {
            let number = (0..<4).map { UInt8(truncatingIfNeeded: identifier >> UInt32(24 - $0 * 8)) }
            return SignedNote.dash + Array("\(name) \(Base64.encode(number + bytes))\n".utf8)
        }
    }

    /// The longest note that is read.
    public static let mostBytes = 1_000_000
    /// More signatures than anybody writes.
    private static let mostSignatures = 100
    private static let dash: [UInt8] = Array("— ".utf8)

    /// What is signed; it ends with a line end.
    public let text: String
    /// The signatures, of keys that are known and of others.
    public private(set) var signatures: [Signature]

    /// Signs a text; nil when it does not end with a line end, or has control characters.
    public init?(_ text: String, signedBy signers: [NoteSigner]) {
        guard text.utf8.last == UInt8(ascii: "\n"), Self.isPlain(text) else { return nil }
        self.text = text
        let message = Array(text.utf8)
        signatures = signers.map {
            Signature(name: $0.key.name, identifier: $0.key.identifier, bytes: $0.sign(message))
        }
    }

    /// Reads a note, and believes nothing of it yet.
    public init(_ bytes: [UInt8]) throws(NoteFailure) {
        guard bytes.count <= Self.mostBytes else { throw .length(bytes.count) }
        guard let whole = String(validating: bytes, as: UTF8.self), Self.isPlain(whole) else { throw .text }
        // The last empty line: the text may have some of its own.
        guard let end = bytes.indices.dropLast().last(where: { bytes[$0] == 10 && bytes[$0 + 1] == 10 }) else {
            throw .unsigned
        }
        text = String(decoding: bytes[...end], as: UTF8.self)
        signatures = []
        let rest = bytes[(end + 2)...]
        guard rest.last == 10 else { throw .unsigned }
        var line = bytes[...(end + 1)].reduce(1) { $1 == 10 ? $0 + 1 : $0 }
        for text in rest.dropLast().split(separator: 10, omittingEmptySubsequences: false) {
            guard signatures.count < Self.mostSignatures, let signature = Self.signature(text) else {
                throw .signature(line: line)
            }
            signatures.append(signature)
            line += 1
        }
    }

    private static func signature(_ line: ArraySlice<UInt8>) -> Signature? {
        guard line.starts(with: dash) else { return nil }
        let words = String(decoding: line.dropFirst(dash.count), as: UTF8.self)
            .split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, NoteKey.isName(words[0]), let bytes = Base64.decode(words[1]), bytes.count > 4 else {
            return nil
        }
        let identifier = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Signature(name: String(words[0]), identifier: identifier, bytes: Array(bytes.dropFirst(4)))
    }

    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 || $0 == 10 } }

    /// Returns which of the keys have signed the text. Signatures of others are passed over, as the format wants it.
    ///
    /// - Throws: `forged` when one that names a key does not verify; `nobody` when no key has signed.
    public func verify(by keys: [NoteKey]) throws(NoteFailure) -> [NoteKey] {
        let message = Array(text.utf8)
        var found: [NoteKey] = []
        for key in keys {
            let identifier = key.identifier
            for signature in signatures where signature.name == key.name && signature.identifier == identifier {
                guard key.verifies(signature.bytes, of: message) else { throw .forged(key.name) }
                if !found.contains(key) { found.append(key) }
            }
        }
        guard !found.isEmpty else { throw .nobody }
        return found
    }

    /// The note with one signature more.
    package func adding(_ signature: Signature) -> SignedNote {
        var note = self
        note.signatures.append(signature)
        return note
    }

    /// The note with some of its signatures.
    package func keeping(_ isKept: (Signature) -> Bool) -> SignedNote {
        var note = self
        note.signatures.removeAll { !isKept($0) }
        return note
    }

    /// The note as it is written down.
    public var bytes: [UInt8] {
        var result = Array(text.utf8) + [10]
        for signature in signatures { result += signature.line }
        return result
    }
}
