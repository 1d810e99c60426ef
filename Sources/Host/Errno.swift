import Glibc

/// An error number of the kernel, with its text.
public struct Errno: Error, Hashable, Sendable, CustomStringConvertible {
    /// The number.
    public let number: Int32

    /// Creates an error from its number.
    public init(_ number: Int32) { self.number = number }

    /// The error of the call just made. Ask for it before any other call.
    static var last: Errno { Errno(errno) }

    /// The system's words, such as "No such file or directory".
    public var description: String {
        // The buffer is large enough for every message of glibc; a longer one would be cut.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let base = buffer.baseAddress, strerror_r(number, base, buffer.count) == 0 else {
                return "error \(number)"
            }
            return String(cString: base)
        }
    }

    /// No such file or folder.
    public static let notFound = Errno(ENOENT)
    /// A part of the path is not a folder.
    public static let notAFolder = Errno(ENOTDIR)
    /// Permission denied.
    public static let permissionDenied = Errno(EACCES)
    /// Operation not permitted.
    public static let notPermitted = Errno(EPERM)
    /// Interrupted by a signal.
    public static let interrupted = Errno(EINTR)
    /// The reader of a pipe is gone.
    public static let brokenPipe = Errno(EPIPE)
    /// No space left.
    public static let noSpace = Errno(ENOSPC)
    /// It exists already.
    public static let exists = Errno(EEXIST)
    /// Input or output failed.
    public static let inputOutput = Errno(EIO)
}

/// Repeats a call that a signal interrupted; returns its result, or its error.
func retrying(_ call: () -> Int) -> Result<Int, Errno> {
    while true {
        let result = call()
        if result >= 0 { return .success(result) }
        let error = Errno.last
        if error != .interrupted { return .failure(error) }
    }
}
