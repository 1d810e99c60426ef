import Glibc
import Host
public import Ledger

/// The files of a witness: `key`, and `logs/ID` for each log. One process at a time has them.
public final class WitnessStore {
    /// The folder.
    public let folder: String
    // Given back when the process ends, however it ends.
    private let lock: Descriptor

    private static let heading = "portgate-witness key 1"

    /// Takes the folder, which is made when it is missing.
    public init(_ folder: String) throws(WitnessFailure) {
        self.folder = folder
        let path = "\(folder)/lock"
        do throws(HostError) {
            try Files.makeFolder(folder)
            try Files.makeFolder("\(folder)/logs")
        } catch { throw .system(error) }
        let isHeld: Bool
        do throws(Errno) {
            lock = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
            isHeld = try lock.lock(.exclusive, waitingMilliseconds: 0)
        } catch { throw .system(HostError("lock", path, error)) }
        guard isHeld else { throw .locked(path: path) }
    }

    // MARK: - The key

    private static func keyPath(in folder: String) -> String { "\(folder)/key" }

    /// Makes the witness's key from the kernel's random numbers (getrandom(2)).
    public func makeKey(name: String) throws(WitnessFailure) -> Cosigner {
        let keyPath = Self.keyPath(in: folder)
        guard !Files.exists(keyPath) else { throw .present(path: keyPath) }
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<NoteKey.byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
        guard let cosigner = Cosigner(name: name, privateKey: bytes), !name.hasPrefix("—") else { throw .name(name) }
        try write(keyPath, Array("\(Self.heading)\n\(name)\n\(Base64.encode(bytes))\n".utf8))
        return cosigner
    }

    /// Reads the witness's key.
    public func cosigner() throws(WitnessFailure) -> Cosigner { try Self.cosigner(in: folder) }

    /// Reads the public half of the key in a folder, also while another process signs with it.
    public static func publicKey(in folder: String) throws(WitnessFailure) -> CosignerKey {
        try cosigner(in: folder).key
    }

    private static func cosigner(in folder: String) throws(WitnessFailure) -> Cosigner {
        let keyPath = keyPath(in: folder)
        guard let bytes = try read(keyPath, limit: 10_000) else { throw .absent(folder: folder) }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, lines[0] == heading, lines[3].isEmpty, let key = Base64.decode(lines[2]),
            let cosigner = Cosigner(name: String(lines[1]), privateKey: key)
        else { throw .damaged(path: keyPath, reason: "is no key of a witness") }
        return cosigner
    }

    // MARK: - Logs

    private func path(_ log: WitnessedLog) -> String { "\(folder)/logs/\(log.identifier)" }

    /// Reads what is known of a log; nothing but its anchor when it is new.
    public func log(_ anchor: NoteKey, signedBy key: CosignerKey) throws(WitnessFailure) -> WitnessedLog {
        let new = WitnessedLog(anchor: anchor)
        let path = path(new)
        guard let bytes = try Self.read(path, limit: 2 * SignedNote.mostBytes) else { return new }
        guard let log = WitnessedLog(bytes), log.origin == anchor.name else {
            throw .damaged(path: path, reason: "does not tell what was signed of the log '\(anchor.name)'")
        }
        guard log.anchor == anchor else { throw .anchor(origin: anchor.name, path: path) }
        if let note = log.cosigned, (try? key.cosignature(of: note)) == nil {
            throw .damaged(path: path, reason: "has a checkpoint that this witness's key has not signed")
        }
        return log
    }

    /// Keeps what is known of a log; it is on the disk when this returns.
    func keep(_ log: WitnessedLog) throws(WitnessFailure) { try write(path(log), log.text) }

    private static func read(_ path: String, limit: Int) throws(WitnessFailure) -> [UInt8]? {
        do throws(HostError) { return try Files.readRegular(path, limit: limit) } catch {
            if error.errno == .notFound { return nil }
            throw .system(error)
        }
    }

    private func write(_ path: String, _ bytes: [UInt8]) throws(WitnessFailure) {
        do throws(HostError) { try Files.writeAtomically(path, bytes, mode: 0o600) } catch { throw .system(error) }
    }
}
