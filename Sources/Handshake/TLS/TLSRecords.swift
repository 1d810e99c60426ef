/// The records of one direction of a TLS connection as long as they are plain text, and the handshake messages in them, which
/// may be spread over several records or share one (RFC 8446, section 5.1).
///
/// Each byte of the stream is copied at most once, and only into the message that is being put together. Messages that nobody
/// asked for are stepped over.
struct TLSRecords: Hashable, Sendable {
    /// What was read.
    enum Event {
        /// A whole message of the handshake: its type, and what stands behind its length.
        case message(UInt8, ByteReader)
        /// An alert that can be plain text: its level and description.
        case alert(UInt8, UInt8)
        /// From here on records are encrypted up to TLS 1.2; in TLS 1.3 it means nothing.
        case changeCipherSpec
        /// A record that is encrypted: an alert of more than two bytes, or application data.
        case protected
        /// Bytes that are no TLS record, or a message that is too long to be kept.
        case malformed
    }

    /// The longest record that TLS allows, an encrypted one of TLS 1.2.
    private static let longestRecord = 16_384 + 2_048

    private var position: Int
    /// One bit for each type of message.
    private let wanted: UInt32
    private let limit: Int
    private var pending: [UInt8] = []
    /// Where in the pending bytes the next message begins.
    private var next = 0
    /// How many bytes of an unwanted message are still to come.
    private var unwanted = 0

    /// Reads records from a place in the stream; only messages of the wanted types are kept, and none longer than the limit.
    init(from position: Int, wanted: [UInt8], limit: Int) {
        self.position = position
        self.wanted = wanted.reduce(0) { $0 | 1 << UInt32($1) }
        self.limit = limit
    }

    /// Returns what comes next; nil until there are more bytes.
    mutating func nextEvent(in stream: [UInt8], available: Int) -> Event? {
        while true {
            if let event = nextMessage() { return event }
            guard available - position >= 5 else { return nil }
            let type = stream[position]
            let length = Int(stream[position + 3]) << 8 | Int(stream[position + 4])
            guard (20...24).contains(type), stream[position + 1] == 3, length <= Self.longestRecord else {
                return .malformed
            }
            if type == 21, length < 2 { return .malformed }
            if type == 23 || (type == 21 && length > 2) { return .protected }
            guard available - position >= 5 + length else { return nil }
            let payload = (position + 5)..<(position + 5 + length)
            position = payload.upperBound
            switch type {
            case 20: return length == 1 && stream[payload.lowerBound] == 1 ? .changeCipherSpec : .malformed
            case 21: return .alert(stream[payload.lowerBound], stream[payload.lowerBound + 1])
            case 22:
                guard length > 0 else { return .malformed }
                keep(stream[payload])
            default: break  // Heartbeats (RFC 6520) may stand between the messages.
            }
        }
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        let skipped = min(unwanted, bytes.count)
        unwanted -= skipped
        if next > 0 {
            pending.removeSubrange(..<next)
            next = 0
        }
        let count = pending.count + bytes.count - skipped
        if count > pending.capacity { pending.reserveCapacity(min(limit, max(count, 2 * pending.capacity))) }
        pending.append(contentsOf: bytes.dropFirst(skipped))
    }

    /// How much memory the message takes that is put together.
    var heldBytes: Int { pending.capacity }

    /// Gives the memory back.
    mutating func discard() { pending = [] }

    private mutating func nextMessage() -> Event? {
        while pending.count - next >= 4 {
            let length = Int(pending[next + 1]) << 16 | Int(pending[next + 2]) << 8 | Int(pending[next + 3])
            let begin = next + 4
            guard pending[next] < 32, wanted >> UInt32(pending[next]) & 1 == 1 else {
                let present = min(length, pending.count - begin)
                next = begin + present
                unwanted = length - present
                continue
            }
            guard length <= limit else { return .malformed }
            guard pending.count - begin >= length else { return nil }
            next = begin + length
            return .message(pending[begin - 4], ByteReader(pending, begin..<next))
        }
        return nil
    }
}
