import Glibc

/// A failed system call on a file of the gate's state.
struct SystemError: Error, Hashable, CustomStringConvertible {
    /// What was tried, as `write /var/lib/portgate/current`.
    let action: String
    /// The error number.
    let code: Int32

    /// Creates an error from errno; call it first of all.
    init(_ action: String, code: Int32 = errno) {
        self.action = action
        self.code = code
    }

    /// The action and the system's words for it.
    var description: String { "\(action): \(Self.words(code))" }

    /// Returns the system's words for an error number.
    static func words(_ code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
