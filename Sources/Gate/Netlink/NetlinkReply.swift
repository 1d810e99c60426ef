import Nftables

/// Reads netlink messages and their attributes out of received bytes. Every length is checked: what does not fit ends the
/// reading with an error, whatever the sender meant by it.
struct NetlinkReply {
    /// Why bytes are no netlink message.
    typealias Malformed = NetlinkBytes.Malformed

    /// One message.
    struct Message {
        /// NLMSG_ERROR.
        static let error: UInt16 = 2
        /// NLMSG_DONE.
        static let done: UInt16 = 3
        /// NLM_F_DUMP_INTR: what is dumped changed on the way.
        static let interrupted: UInt16 = 0x10

        /// The message type.
        let type: UInt16
        /// The flags of the header.
        let flags: UInt16
        /// The sequence number of the request that it answers.
        let sequence: UInt32
        /// What follows the header.
        let payload: ArraySlice<UInt8>
    }

    /// Splits received bytes into messages.
    static func messages(in bytes: [UInt8]) throws(Malformed) -> [Message] {
        var found: [Message] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let length = number(UInt32.self, in: rest, at: 0), let type = number(UInt16.self, in: rest, at: 4),
                let flags = number(UInt16.self, in: rest, at: 6), let sequence = number(UInt32.self, in: rest, at: 8),
                length >= 16, length <= rest.count
            else { throw .length }
            let end = rest.startIndex + Int(length)
            found.append(
                Message(type: type, flags: flags, sequence: sequence, payload: rest[(rest.startIndex + 16)..<end]))
            let padded = min((Int(length) + 3) & ~3, rest.count)
            rest = rest.dropFirst(padded)
        }
        return found
    }

    /// Splits bytes into attributes by their type, without the flags for nesting and byte order. The last of a type counts.
    static func attributes(in bytes: ArraySlice<UInt8>) throws(Malformed) -> [UInt16: ArraySlice<UInt8>] {
        var found: [UInt16: ArraySlice<UInt8>] = [:]
        var rest = bytes
        while !rest.isEmpty {
            guard let length = number(UInt16.self, in: rest, at: 0), let type = number(UInt16.self, in: rest, at: 2),
                length >= 4, length <= rest.count
            else { throw .length }
            found[type & 0x3fff] = rest[(rest.startIndex + 4)..<(rest.startIndex + Int(length))]
            let padded = min((Int(length) + 3) & ~3, rest.count)
            rest = rest.dropFirst(padded)
        }
        return found
    }

    /// Reads a number in the host's byte order, or nil past the end.
    static func number<Number: FixedWidthInteger>(
        _ type: Number.Type, in bytes: ArraySlice<UInt8>, at offset: Int
    ) -> Number? {
        let size = MemoryLayout<Number>.size
        guard offset >= 0, bytes.count >= size, offset <= bytes.count - size else { return nil }
        var value = Number.zero
        withUnsafeMutableBytes(of: &value) { target in
            for index in 0..<size { target[index] = bytes[bytes.startIndex + offset + index] }
        }
        return value
    }

    /// Reads a number in network byte order, or nil past the end.
    static func networkNumber<Number: FixedWidthInteger>(
        _ type: Number.Type, in bytes: ArraySlice<UInt8>, at offset: Int = 0
    ) -> Number? {
        number(type, in: bytes, at: offset).map { Number(bigEndian: $0) }
    }

    /// Reads text up to its zero byte; bytes that are not UTF-8 are replaced.
    static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
