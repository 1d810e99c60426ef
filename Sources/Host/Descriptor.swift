import CLinux
import Glibc

/// The owner of one open descriptor; closed when it goes out of scope.
public struct Descriptor: ~Copyable {
    /// The number, valid as long as the owner lives.
    public let number: Int32
    private let isOwned: Bool

    /// Takes over a descriptor.
    public init(owning number: Int32) {
        self.number = number
        isOwned = true
    }

    /// Lends a descriptor that somebody else closes, such as standard input.
    public init(lending number: Int32) {
        self.number = number
        isOwned = false
    }

    /// Opens a file (`open(2)`), never across exec.
    public init(opening path: String, _ flags: Int32, mode: UInt32 = 0) throws(Errno) {
        self.init(owning: try Self.open(path, flags, mode: mode))
    }

    static func open(_ path: String, _ flags: Int32, mode: UInt32 = 0) throws(Errno) -> Int32 {
        // A path with a NUL inside would be cut by C, and another file opened.
        guard !path.utf8.contains(0) else { throw .notFound }
        return Int32(truncatingIfNeeded: try retrying { Int(portgate_open(path, flags, mode)) }.get())
    }

    deinit { if isOwned { close(number) } }

    /// The most that one call to ``read(upTo:into:)`` takes.
    private static let chunk = 1 << 18

    /// Reads at most `count` bytes to the end of `bytes` (`read(2)`); returns how many, 0 at the end. May stop short of `count`.
    public borrowing func read(upTo count: Int, into bytes: inout [UInt8]) throws(Errno) -> Int {
        let number = self.number
        let result = withUnsafeTemporaryAllocation(byteCount: min(count, Self.chunk), alignment: 16) { buffer in
            let result = retrying { Glibc.read(number, buffer.baseAddress, buffer.count) }
            if case .success(let got) = result {
                bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<got]))
            }
            return result
        }
        return try result.get()
    }

    /// Writes all bytes (`write(2)`).
    public borrowing func write(_ bytes: borrowing Span<UInt8>) throws(Errno) {
        let number = self.number
        let result: Result<Void, Errno> = bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return .success(()) }
            var written = 0
            while written < buffer.count {
                switch retrying({ Glibc.write(number, base + written, buffer.count - written) }) {
                case .success(0): return .failure(.inputOutput)
                case .success(let count): written += count
                case .failure(let error): return .failure(error)
                }
            }
            return .success(())
        }
        try result.get()
    }

    /// Makes what was written survive a power failure (`fsync(2)`).
    public borrowing func synchronize() throws(Errno) {
        let number = self.number
        _ = try retrying { Int(fsync(number)) }.get()
    }

    /// What the descriptor stands for.
    public enum Kind: Hashable, Sendable {
        /// A regular file, of so many bytes now.
        case file(size: Int)
        /// A folder.
        case folder
        /// A pipe, named or not.
        case pipe
        /// A device, a socket, anything else.
        case other
    }

    /// Tells what the descriptor stands for (`fstat(2)`).
    public borrowing func kind() throws(Errno) -> Kind {
        var status = stat()
        let number = self.number
        _ = try retrying { Int(fstat(number, &status)) }.get()
        return Kind(status)
    }
}

extension Descriptor.Kind {
    /// Tells what a `stat` is about.
    init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file(size: Int(status.st_size))
        case S_IFDIR: self = .folder
        case S_IFIFO: self = .pipe
        default: self = .other
        }
    }
}
