import Glibc

/// The worker's descriptors 0, 1 and 2.
enum Output {
    /// An error message is an echo of the input, up to nine times its size; no more than this of it is passed on.
    static let maxErrorBytes = 8 << 10
    /// The largest ruleset that is read.
    static let maxInputBytes = 256 << 20

    /// Writes a message and a line end to standard error, cut to ``maxErrorBytes``.
    static func error(_ message: String) { error(Array(message.utf8)) }

    /// Writes a message and a line end to standard error, cut to ``maxErrorBytes``.
    static func error(_ message: [UInt8]) {
        var bytes = Array(message.prefix(maxErrorBytes))
        while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        bytes.append(UInt8(ascii: "\n"))
        _ = write(bytes, to: STDERR_FILENO)
    }

    /// Writes all bytes; returns whether they could be written.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let written = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            let reason = errno
            if written > 0 { offset += written } else if reason != EINTR { return false }
        }
        return true
    }

    /// Reads standard input to its end; nil when it cannot be read or holds more than ``maxInputBytes``.
    static func input() -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let size = read(STDIN_FILENO, &buffer, buffer.count)
            let reason = errno
            if size == 0 { return bytes }
            if size < 0 {
                if reason == EINTR { continue }
                return nil
            }
            guard bytes.count + size <= maxInputBytes else { return nil }
            bytes += buffer[..<size]
        }
    }
}
