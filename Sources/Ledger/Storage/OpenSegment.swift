import Glibc
import Host

/// The open files of the segment that is written to.
struct OpenSegment: ~Copyable {
    /// Its lines.
    let lines: Descriptor
    /// The checkpoints over them.
    let checkpoints: Descriptor

    /// Opens both; neither is created.
    init(_ folder: LedgerFolder, _ segment: UInt64) throws(LedgerFailure) {
        let linePath = folder.file(.lines, of: segment)
        let checkpointPath = folder.file(.checkpoints, of: segment)
        let lines = try onDisk("open", linePath) { () throws(Errno) in
            try Descriptor(opening: linePath, O_RDWR | O_NOFOLLOW)
        }
        let checkpoints = try onDisk("open", checkpointPath) { () throws(Errno) in
            try Descriptor(opening: checkpointPath, O_RDWR | O_NOFOLLOW)
        }
        self.lines = lines
        self.checkpoints = checkpoints
    }
}
