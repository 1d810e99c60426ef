import Glibc
import Host

/// Which file stands at a path and in what state: another one, or the same one written again, has another stamp.
struct FileStamp: Hashable {
    let device: UInt64
    let inode: UInt64
    let seconds: Int
    let nanoseconds: Int
    let mode: UInt32

    /// Looks at a path (`stat(2)`: links are followed, as a certificate's path often is one).
    init(of path: String) throws(Errno) {
        var status = stat()
        guard !path.utf8.contains(0) else { throw .notFound }
        guard stat(path, &status) == 0 else { throw Errno(errno) }
        self.init(status)
    }

    /// Looks at an open file (`fstat(2)`).
    init(of descriptor: borrowing Descriptor) throws(Errno) {
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else { throw Errno(errno) }
        self.init(status)
    }

    private init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
        mode = status.st_mode
    }

    /// Whether both are one file, whatever was written to it.
    func isSameFile(as other: FileStamp) -> Bool { device == other.device && inode == other.inode }
}
