import Policy

/// Lines of JSON as they are written, in one array that is emptied and never given back.
public struct LineBuffer: Sendable {
    /// What was written, whole lines.
    public private(set) var bytes: [UInt8] = []
    /// Lines in it.
    public private(set) var count = 0
    /// The second whose text is kept, and its text: `2026-11-22T05:46:01.`.
    private var second = Int64.min
    private var secondText: [UInt8] = []

    /// Creates an empty buffer with room for so many bytes.
    public init(capacity: Int) {
        bytes.reserveCapacity(capacity)
        secondText.reserveCapacity(32)
    }

    /// Forgets what was written, and keeps the room.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        count = 0
    }

    /// Ends a line.
    mutating func endLine() {
        bytes.append(10)
        count += 1
    }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends bytes of another array that are JSON already.
    mutating func append(_ range: ByteRange, of other: [UInt8]) {
        other.withUnsafeBufferPointer { all in
            guard range.start >= 0, range.end <= all.count else { return }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: all[range.start..<range.end]))
        }
    }

    /// Lets somebody else append members of an object.
    mutating func append(by write: (inout [UInt8]) -> Void) { write(&bytes) }

    /// Appends a number in decimal digits.
    mutating func append(number: UInt64) {
        if number >= 10 { append(number: number / 10) }
        bytes.append(48 + UInt8(truncatingIfNeeded: number % 10))
    }

    /// Appends a number in so many digits.
    mutating func append(number: UInt64, digits: Int) {
        if digits > 1 { append(number: number / 10, digits: digits - 1) }
        bytes.append(48 + UInt8(truncatingIfNeeded: number % 10))
    }

    /// Appends a member: `,"name":number`.
    mutating func append(_ name: StaticString, _ number: UInt64) {
        append(name)
        append(number: number)
    }

    /// Appends a member that is negative or not.
    mutating func append(_ name: StaticString, signed number: Int64) {
        append(name)
        if number < 0 { bytes.append(45) }
        append(number: number.magnitude)
    }

    /// Appends seconds with six digits behind the point.
    mutating func append(nanoseconds: Int64) {
        let whole = max(nanoseconds, 0)
        append(number: UInt64(whole / 1_000_000_000))
        bytes.append(46)
        append(number: UInt64(whole % 1_000_000_000 / 1_000), digits: 6)
    }

    /// Appends a moment in quotes: RFC 3339 in UTC, with microseconds.
    mutating func append(moment nanoseconds: Int64) {
        // What lies before 1970 is no moment of a record.
        let moment = max(nanoseconds, 0)
        let whole = moment / 1_000_000_000
        if whole != second { write(second: whole) }
        bytes.append(34)
        append(ByteRange(start: 0, count: secondText.count), of: secondText)
        append(number: UInt64(moment % 1_000_000_000 / 1_000), digits: 6)
        bytes.append(90)
        bytes.append(34)
    }

    private mutating func write(second: Int64) {
        self.second = second
        secondText.removeAll(keepingCapacity: true)
        // Nanoseconds of 64 bits end in the year 2262.
        guard let date = CivilDate(daysSinceEpoch: Int(second / 86_400)) else { return }
        let time = Int(second % 86_400)
        write(date.year, from: 1_000, then: 45)
        write(date.month, from: 10, then: 45)
        write(date.day, from: 10, then: 84)
        write(time / 3_600, from: 10, then: 58)
        write(time / 60 % 60, from: 10, then: 58)
        write(time % 60, from: 10, then: 46)
    }

    private mutating func write(_ number: Int, from divisor: Int, then behind: UInt8) {
        var divisor = divisor
        while divisor > 0 {
            secondText.append(48 + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
        secondText.append(behind)
    }

    /// Appends bytes of anybody's making as a JSON text in quotes: plain ASCII as it is, everything else as `\u00XX`.
    mutating func append(text: RawSpan) {
        bytes.append(34)
        for place in 0..<text.byteCount { append(escaped: text.byte(at: place)) }
        bytes.append(34)
    }

    /// Appends text of anybody's making as a JSON text in quotes.
    mutating func append(text: String) {
        bytes.append(34)
        for byte in text.utf8 {
            // UTF-8 stays as it is.
            if byte >= 0x80 { bytes.append(byte) } else { append(escaped: byte) }
        }
        bytes.append(34)
    }

    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case 34, 92:
            bytes.append(92)
            bytes.append(byte)
        case 0x20..<0x7f: bytes.append(byte)
        default:
            append("\\u00")
            append(hexadecimal: byte >> 4)
            append(hexadecimal: byte & 15)
        }
    }

    mutating func append(hexadecimal digit: UInt8) { bytes.append(digit < 10 ? 48 + digit : 87 + digit) }
}
