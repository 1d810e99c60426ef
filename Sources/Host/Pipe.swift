internal import CLinux
import Glibc

/// Both ends of a pipe.
struct Pipe: ~Copyable {
    let reading: Descriptor
    let writing: Descriptor

    init() throws(SubprocessError) {
        var ends: [Int32] = [-1, -1]
        // portgate_pipe writes two descriptors.
        let result = ends.withUnsafeMutableBufferPointer { portgate_pipe($0.baseAddress) }
        let reason = errno
        guard result == 0 else { throw .system(call: "pipe2", errno: reason) }
        reading = Descriptor(owning: ends[0])
        writing = Descriptor(owning: ends[1])
    }

    /// Closes the end that is written to and returns the other.
    consuming func readingEnd() -> Descriptor { reading }
}

extension Descriptor {
    /// Takes over a descriptor that a system call returned.
    ///
    /// - Throws: ``SubprocessError/system(call:errno:)`` with the call's name when the call failed.
    init(_ number: Int32, from call: StaticString) throws(SubprocessError) {
        let reason = errno
        guard number >= 0 else { throw .system(call: "\(call)", errno: reason) }
        self.init(owning: number)
    }
}
