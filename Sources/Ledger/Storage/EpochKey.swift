import Glibc
import Host

/// The private key of an epoch: it signs every checkpoint of an hour and is erased at its end, so that nobody who comes later can
/// sign what was before.
struct EpochKey: Sendable {
    /// The epoch, from 0.
    let number: UInt64
    /// What signs.
    let signer: NoteSigner

    private let privateKey: [UInt8]
    private static let heading = "portgate epoch key 1"

    /// Makes a new key from the kernel's random numbers (getrandom(2)).
    init(number: UInt64, origin: String) throws(LedgerFailure) {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<NoteKey.byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
        guard let signer = NoteSigner(name: origin, privateKey: bytes) else { throw .origin(origin) }
        (self.number, self.signer, privateKey) = (number, signer, bytes)
    }

    /// Reads the key that is in a file; nil when there is no such file.
    init?(_ path: String, origin: String) throws(LedgerFailure) {
        let bytes: [UInt8]
        do throws(HostError) { bytes = try Files.readRegular(path, limit: 1_000) } catch {
            if error.errno == .notFound { return nil }
            throw .system(error)
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, lines[0] == Self.heading, lines[3].isEmpty, let number = UInt64(lines[1]),
            let key = Base64.decode(lines[2]), let signer = NoteSigner(name: origin, privateKey: key)
        else { throw .damaged(path: path, reason: "is no key of an epoch") }
        (self.number, self.signer, privateKey) = (number, signer, key)
        guard text == bytes else { throw .damaged(path: path, reason: "is no key of an epoch") }
    }

    private var text: [UInt8] { Array("\(Self.heading)\n\(number)\n\(Base64.encode(privateKey))\n".utf8) }

    /// Writes the key where only its owner can read it.
    func write(_ path: String) throws(LedgerFailure) {
        try onDisk { () throws(HostError) in try Files.writeAtomically(path, text, mode: 0o600) }
    }

    /// Overwrites a file with zeros before it is removed. What a file system or a disk keeps of it beside is out of reach.
    static func erase(_ path: String) throws(LedgerFailure) {
        guard Files.exists(path) else { return }
        try onDisk("erase", path) { () throws(Errno) in
            let file = try Descriptor(opening: path, O_WRONLY | O_NOFOLLOW)
            let zeros = [UInt8](repeating: 0, count: try file.size())
            try zeros.span.bytes.withUnsafeBytes { bytes throws(Errno) in try file.write(bytes, at: 0) }
            try file.synchronizeData()
        }
        try onDisk { () throws(HostError) in try Files.remove(path) }
    }

    /// Puts the next key in the place of the one it follows, which is erased.
    static func promote(in folder: LedgerFolder) throws(LedgerFailure) {
        let old = "\(folder.keys)/old"
        if Files.exists(folder.currentKey) {
            try onDisk { () throws(HostError) in try Files.move(folder.currentKey, to: old) }
        }
        try onDisk { () throws(HostError) in try Files.move(folder.nextKey, to: folder.currentKey) }
        try erase(old)
        try onDisk { () throws(HostError) in try Files.synchronizeFolder(folder.keys) }
    }
}
