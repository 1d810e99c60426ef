import Glibc

extension FirstPolicy {
    /// Writes a text to a file that must not be there yet.
    public static func write(_ text: String, to path: String) throws(GateFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else {
            let error = SystemError("write \(path)")
            throw error.code == EEXIST ? .fileExists(path) : .notAPolicyHere(error.description)
        }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if count < 0 {
                let error = SystemError("write \(path)")
                if error.code == EINTR { continue }
                unlink(path)
                throw .notAPolicyHere(error.description)
            }
            done += count
        }
    }
}
