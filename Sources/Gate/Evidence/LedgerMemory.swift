public import Host
public import Ledger

/// What a ledger was when it was last found to be intact: a later look knows by it when the log was rolled back.
public struct LedgerMemory: Hashable, Sendable {
    /// The name of the log.
    public let origin: String
    /// How many leaves it had, and the root over them.
    public let state: LedgerVerifier.Memory

    private static let heading = "portgate verified 1"

    /// Creates a memory.
    public init(origin: String, state: LedgerVerifier.Memory) {
        self.origin = origin
        self.state = state
    }

    /// Why there is no memory in a file.
    public enum Failure: Error, Hashable, Sendable {
        /// The file cannot be read.
        case system(HostError)
        /// It is no such memory.
        case malformed
    }

    /// Reads a file; nil when there is none.
    public static func read(_ path: String) throws(Failure) -> LedgerMemory? {
        let bytes: [UInt8]
        do throws(HostError) { bytes = try Files.readRegular(path, limit: 10_000) } catch {
            if error.errno == .notFound { return nil }
            throw .system(error)
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 5, lines[0] == heading, lines[4].isEmpty, let size = UInt64(lines[2]),
            let root = MerkleHash(hexadecimal: lines[3])
        else { throw .malformed }
        let memory = LedgerMemory(
            origin: String(lines[1]), state: LedgerVerifier.Memory(size: size, root: root))
        guard memory.bytes == bytes else { throw .malformed }
        return memory
    }

    private var bytes: [UInt8] { Array("\(Self.heading)\n\(origin)\n\(state.size)\n\(state.root)\n".utf8) }

    /// Writes a file in the place of the one before it.
    public func write(_ path: String) throws(HostError) { try Files.writeAtomically(path, bytes, mode: 0o600) }
}
