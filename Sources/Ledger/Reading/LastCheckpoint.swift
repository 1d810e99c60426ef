import Glibc
import Host

extension LedgerFolder {
    /// Room for several checkpoints.
    private static let endBytes = 16 << 10

    /// The last whole checkpoint of a segment; nil when it has none.
    ///
    /// - Parameter limit: How much of the file is looked at, when somebody may be writing on.
    func lastCheckpoint(of segment: UInt64, limit: Int = .max) throws(LedgerFailure) -> CheckpointFile.Entry? {
        let path = file(.checkpoints, of: segment)
        let end = try onDisk("read", path) { () throws(Errno) in
            let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            let size = min(try file.size(), limit)
            let count = min(size, Self.endBytes)
            var bytes: [UInt8] = []
            try file.read(count, at: size - count, into: &bytes)
            return bytes
        }
        if let last = CheckpointFile.last(of: end) { return last }
        // What was not written to its end lies behind it.
        return CheckpointFile(Array(try read(.checkpoints, of: segment).prefix(limit))).entries.last
    }
}
