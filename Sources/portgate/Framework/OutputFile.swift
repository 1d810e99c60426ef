import Glibc

/// A file that holds either what it held before or all of what was to be written, never a part.
enum OutputFile {
    /// Why a file was not written.
    struct Failure: Error, Hashable {
        /// The system's number.
        let errno: Int32
    }

    /// Writes bytes to a path. A regular file is replaced in one step and keeps its mode; what is not a regular file (a
    /// pipe, `/dev/stderr`) is written to as it is.
    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else { return try append(bytes, toSpecial: path) }
            // A link keeps pointing where it points: the file behind it is replaced.
            let target = path.withCString { realpath($0, nil) }
            defer { free(target) }
            try replace(target.map { String(cString: $0) } ?? path, mode: status.st_mode & 0o777, with: bytes)
        } else {
            try replace(path, mode: nil, with: bytes)
        }
    }

    private static func replace(_ path: String, mode: mode_t?, with bytes: [UInt8]) throws(Failure) {
        let temporary = "\(path).portgate-\(getpid())"
        let descriptor = temporary.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666) }
        guard descriptor >= 0 else { throw Failure(errno: errno) }
        var failure = Console.writeAll(bytes, to: descriptor)
        if failure == nil, let mode, fchmod(descriptor, mode) != 0 { failure = errno }
        if close(descriptor) != 0, failure == nil { failure = errno }
        if failure == nil, rename(temporary, path) != 0 { failure = errno }
        guard let failure else { return }
        unlink(temporary)
        throw Failure(errno: failure)
    }

    private static func append(_ bytes: [UInt8], toSpecial path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(errno: errno) }
        var failure = Console.writeAll(bytes, to: descriptor)
        if close(descriptor) != 0, failure == nil { failure = errno }
        if let failure { throw Failure(errno: failure) }
    }
}
