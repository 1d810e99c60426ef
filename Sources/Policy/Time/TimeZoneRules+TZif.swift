/// Why the bytes of a time zone file are not usable.
public enum TZifError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It does not start with `TZif`, or its version is unknown.
    case notTZif
    /// It ends early, or a count or an index does not fit.
    case malformed(String)
    /// It counts leap seconds (`right/…`), and POSIX time does not.
    case leapSeconds

    /// The reason, as part of a sentence after the file's name.
    public var description: String {
        switch self {
        case .notTZif: "is not a time zone file (TZif)"
        case .malformed(let what): "is a broken time zone file: \(what)"
        case .leapSeconds: "counts leap seconds, which the kernel's clock does not"
        }
    }
}

extension TimeZoneRules {
    /// Reads a TZif file (RFC 9636) of version 1 to 4, with 64-bit data where there is any.
    ///
    /// The bytes may be hostile: every count is checked against what is there before anything is reserved.
    public init(name: String, tzif bytes: [UInt8]) throws(TZifError) {
        var reader = TZifReader(bytes: bytes)
        var header = try reader.header()
        var footer: PosixZoneRule?
        let table: (first: Int, transitions: [Int64], offsets: [Int32])
        if header.version >= 2 {
            try reader.skip(header.blockSize(timeSize: 4))
            header = try reader.header()
            table = try reader.block(header, timeSize: 8)
            footer = try reader.footer()
        } else {
            table = try reader.block(header, timeSize: 4)
        }
        self.init(
            name: name,
            table: Table(first: table.first, transitions: table.transitions, offsets: table.offsets, rule: footer))
    }
}

/// Reads big-endian parts of a TZif file from front to back.
private struct TZifReader {
    struct Header {
        let version: Int
        let isUTCount: Int
        let isStandardCount: Int
        let leapCount: Int
        let timeCount: Int
        let typeCount: Int
        let characterCount: Int

        /// The bytes of the data block. The counts are 32-bit numbers, so the sum does not overflow.
        func blockSize(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + characterCount + leapCount * (timeSize + 4) + isStandardCount
                + isUTCount
        }
    }

    let bytes: [UInt8]
    var next = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func skip(_ count: Int) throws(TZifError) {
        guard count <= bytes.count - next else { throw .malformed("it ends early") }
        next += count
    }

    mutating func header() throws(TZifError) -> Header {
        guard bytes.count - next >= 44, bytes[next..<next + 4].elementsEqual("TZif".utf8) else { throw .notTZif }
        let version: Int
        switch bytes[next + 4] {
        case 0: version = 1
        case UInt8(ascii: "2")...UInt8(ascii: "9"): version = Int(bytes[next + 4] - UInt8(ascii: "0"))
        default: throw .notTZif
        }
        let start = next
        func count(_ index: Int) -> Int {
            Int(UInt32(truncatingIfNeeded: integer(at: start + 20 + index * 4, size: 4)))
        }
        let header = Header(
            version: version, isUTCount: count(0), isStandardCount: count(1), leapCount: count(2), timeCount: count(3),
            typeCount: count(4), characterCount: count(5))
        next += 44
        return header
    }

    /// Reads a data block: transition times, their types, and the types' offsets. The rest is skipped.
    mutating func block(
        _ header: Header, timeSize: Int
    ) throws(TZifError) -> (first: Int, transitions: [Int64], offsets: [Int32]) {
        guard header.leapCount == 0 else { throw .leapSeconds }
        guard (1...256).contains(header.typeCount) else { throw .malformed("it has \(header.typeCount) types of time") }
        let start = next
        try skip(header.blockSize(timeSize: timeSize))
        let indexes = start + header.timeCount * timeSize
        let types = indexes + header.timeCount
        var typeOffsets: [Int32] = []
        for type in 0..<header.typeCount {
            let offset = integer(at: types + type * 6, size: 4)
            // A day and some hours: what RFC 9636 (3.2) allows and no zone has come near.
            guard (-89_999...93_599).contains(offset) else { throw .malformed("an offset is \(offset) seconds") }
            typeOffsets.append(Int32(offset))
        }
        var transitions: [Int64] = []
        var offsets: [Int32] = []
        transitions.reserveCapacity(header.timeCount)
        offsets.reserveCapacity(header.timeCount)
        for index in 0..<header.timeCount {
            let time = integer(at: start + index * timeSize, size: timeSize)
            let type = Int(bytes[indexes + index])
            guard type < typeOffsets.count else { throw .malformed("a transition has no type") }
            if let last = transitions.last, last >= time { throw .malformed("its transitions are out of order") }
            transitions.append(time)
            offsets.append(typeOffsets[type])
        }
        return (Int(typeOffsets[0]), transitions, offsets)
    }

    /// Reads the footer: a line break, a `TZ` string or nothing, a line break.
    mutating func footer() throws(TZifError) -> PosixZoneRule? {
        guard next < bytes.count, bytes[next] == UInt8(ascii: "\n"),
            let end = bytes[(next + 1)...].firstIndex(of: UInt8(ascii: "\n"))
        else { throw .malformed("its footer is missing") }
        let text = bytes[next + 1..<end]
        if text.isEmpty { return nil }
        guard text.count <= 256, let rule = PosixZoneRule(parsing: text) else {
            throw .malformed("its footer is not a rule")
        }
        return rule
    }

    /// Reads a big-endian signed number of 4 or 8 bytes that is known to be there.
    private func integer(at index: Int, size: Int) -> Int64 {
        var value: UInt64 = 0
        for byte in bytes[index..<index + size] { value = value << 8 | UInt64(byte) }
        return size == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
    }
}
