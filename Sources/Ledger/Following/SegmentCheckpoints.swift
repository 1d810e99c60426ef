import Glibc
import Host

extension LedgerFolder {
    /// What is read of a file at first: more than a minute's checkpoints.
    private static let window = 64 << 10

    /// The checkpoints of a segment that cover at least so many leaves, in their order.
    ///
    /// They are read from the file's end, so that a day's checkpoints are not read for those of the last minute.
    ///
    /// - Parameter limit: How much of the file is looked at, when somebody may be writing on.
    func checkpoints(
        of segment: UInt64, from size: UInt64, limit: Int = .max
    ) throws(LedgerFailure) -> [CheckpointFile.Entry] {
        let path = file(.checkpoints, of: segment)
        var window = Self.window
        while true {
            var bytes: [UInt8] = []
            let isWhole = try onDisk("read", path) { () throws(Errno) in
                let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
                let end = min(try file.size(), limit)
                let count = min(end, window)
                try file.read(count, at: end - count, into: &bytes)
                return count == end
            }
            if let start = isWhole ? 0 : CheckpointFile.start(in: bytes) {
                let entries = CheckpointFile(Array(bytes[start...])).entries
                if isWhole || entries.first.map({ $0.checkpoint.size < size }) == true {
                    return entries.filter { $0.checkpoint.size >= size }
                }
            }
            window = window > .max / 8 ? .max : window * 8
        }
    }
}

extension CheckpointFile {
    /// Where the first whole checkpoint begins in bytes that may begin within one: behind an empty line that no signatures follow.
    static func start(in bytes: [UInt8]) -> Int? {
        let dash = Array("—".utf8)
        return bytes.indices.dropFirst(2).first { place in
            bytes[place - 1] == 10 && bytes[place - 2] == 10 && !bytes[place...].starts(with: dash)
        }
    }
}
