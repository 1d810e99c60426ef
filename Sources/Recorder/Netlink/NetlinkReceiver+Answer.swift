import Glibc
import Host

extension NetlinkReceiver {
    /// Waits for the kernel's answer to a message; other messages that come meanwhile are passed over.
    mutating func awaitAnswer(to sequence: UInt32) throws(Errno) {
        while true {
            guard try wait(milliseconds: 5_000) else { throw Errno(ETIMEDOUT) }
            let count = try receive()
            for index in 0..<count {
                let datagram = datagram(index)
                if let code = Self.answer(to: sequence, in: datagram.bytes) {
                    guard code == 0 else { throw Errno(code) }
                    return
                }
            }
        }
    }

    /// Returns the error number that a datagram answers a message with, 0 for none; nil when it answers another.
    private static func answer(to sequence: UInt32, in bytes: RawSpan) -> Int32? {
        var walk = NetlinkWalk(over: ByteRange(start: 0, count: bytes.byteCount))
        while let message = walk.next(in: bytes) {
            guard message.type == 2, message.sequence == sequence, message.body.count >= 4 else { continue }
            let code = Int32(bitPattern: bytes.native32(at: message.body.start))
            return code == .min ? .max : -code
        }
        return nil
    }
}
