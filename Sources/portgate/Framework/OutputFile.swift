import Glibc
import Host

/// A file that holds either what it held before or all of what was to be written, never a part.
enum OutputFile {
    /// Writes bytes to a path. A regular file is replaced in one step and keeps its mode; what is not a regular file (a
    /// pipe, `/dev/stderr`) is written to as it is.
    static func write(_ bytes: [UInt8], to path: String) throws(HostError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let mask = umask(0)
            umask(mask)
            return try Files.writeAtomically(path, bytes, mode: 0o666 & ~mask)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return try append(bytes, toSpecial: path) }
        // A link keeps pointing where it points: the file behind it is replaced.
        let target = realpath(path, nil)
        defer { free(target) }
        try Files.writeAtomically(
            target.map { String(cString: $0) } ?? path, bytes, mode: status.st_mode & 0o777)
    }

    private static func append(_ bytes: [UInt8], toSpecial path: String) throws(HostError) {
        do throws(Errno) {
            try Descriptor(opening: path, O_WRONLY).write(bytes.span)
        } catch {
            throw HostError("write", path, error)
        }
    }
}
