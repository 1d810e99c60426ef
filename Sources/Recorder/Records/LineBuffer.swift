import Policy

/// Lines of JSON as they are written, in memory that is taken once; it grows only for a line that is longer than what is left.
struct LineBuffer: ~Copyable {
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Bytes that were written.
    private(set) var used = 0
    /// Lines that were ended.
    private(set) var count = 0
    /// The second whose text is kept, and its text: `2026-11-22T05:46:01.`.
    private var second = Int64.min
    private var secondText: [UInt8] = []

    /// Creates an empty buffer with room for so many bytes.
    init(capacity: Int) {
        self.capacity = max(capacity, 64)
        memory = .allocate(capacity: self.capacity)
        secondText.reserveCapacity(32)
    }

    deinit { memory.deallocate() }

    /// The bytes that were written; they last as long as the call.
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeBufferPointer(start: memory, count: used))
    }

    /// The bytes that were written, copied.
    var bytes: [UInt8] { Array(UnsafeBufferPointer(start: memory, count: used)) }

    /// Forgets what was written, and keeps the room.
    mutating func removeAll() { (used, count) = (0, 0) }

    /// Ends a line.
    mutating func endLine() {
        append(10)
        count += 1
    }

    /// Makes sure that so many bytes can be written.
    private mutating func makeRoom(_ bytes: Int) {
        if capacity - used < bytes { grow(bytes) }
    }

    @inline(never)
    private mutating func grow(_ bytes: Int) {
        let larger = max(capacity * 2, used + bytes)
        let other = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        other.update(from: memory, count: used)
        memory.deallocate()
        (memory, capacity) = (other, larger)
    }

    mutating func append(_ byte: UInt8) {
        makeRoom(1)
        memory[used] = byte
        used += 1
    }

    /// Appends text as it is. In place of each call, where its length is known: a few stores and no call to copy.
    @inline(__always)
    mutating func append(_ text: StaticString) {
        let count = text.utf8CodeUnitCount
        makeRoom(count)
        (memory + used).update(from: text.utf8Start, count: count)
        used += count
    }

    /// Appends bytes of another array that are JSON already; a range that is not in it is nothing.
    mutating func append(_ range: ByteRange, of other: [UInt8]) {
        makeRoom(range.count)
        other.withUnsafeBufferPointer { all in
            guard let base = all.baseAddress, range.start >= 0, range.end <= all.count else { return }
            (memory + used).update(from: base + range.start, count: range.count)
            used += range.count
        }
    }

    /// Appends a number in decimal digits.
    mutating func append(number: UInt64) {
        var (count, limit) = (1, UInt64(10))
        while count < 20, number >= limit {
            count += 1
            limit = count == 20 ? .max : limit &* 10
        }
        append(number: number, digits: count)
    }

    /// Appends a number in so many digits, the last ones.
    mutating func append(number: UInt64, digits: Int) {
        makeRoom(digits)
        var place = used + digits
        if number <= UInt64(UInt32.max) {
            // Half the work of 64 bits.
            var rest = UInt32(truncatingIfNeeded: number)
            while place > used {
                place -= 1
                memory[place] = 48 &+ UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
        } else {
            var rest = number
            while place > used {
                place -= 1
                memory[place] = 48 &+ UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
        }
        used += digits
    }

    /// Appends a member: `,"name":number`.
    mutating func append(_ name: StaticString, _ number: UInt64) {
        append(name)
        append(number: number)
    }

    /// Appends a member that is negative or not.
    mutating func append(_ name: StaticString, signed number: Int64) {
        append(name)
        if number < 0 { append(45) }
        append(number: number.magnitude)
    }

    /// Appends seconds with six digits behind the point.
    mutating func append(nanoseconds: Int64) {
        let whole = max(nanoseconds, 0)
        append(number: UInt64(whole / 1_000_000_000))
        append(46)
        append(number: UInt64(whole % 1_000_000_000 / 1_000), digits: 6)
    }

    /// Appends a moment in quotes: RFC 3339 in UTC, with microseconds.
    mutating func append(moment nanoseconds: Int64) {
        // What lies before 1970 is no moment of a record.
        let moment = max(nanoseconds, 0)
        let whole = moment / 1_000_000_000
        if whole != second { write(second: whole) }
        append(34)
        append(ByteRange(start: 0, count: secondText.count), of: secondText)
        append(number: UInt64(moment % 1_000_000_000 / 1_000), digits: 6)
        append(90)
        append(34)
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
        append(34)
        for place in 0..<text.byteCount { append(escaped: text.byte(at: place)) }
        append(34)
    }

    /// Appends text of anybody's making as a JSON text in quotes.
    mutating func append(text: String) {
        append(34)
        for byte in text.utf8 {
            // UTF-8 stays as it is.
            if byte >= 0x80 { append(byte) } else { append(escaped: byte) }
        }
        append(34)
    }

    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case 34, 92:
            append(92)
            append(byte)
        case 0x20..<0x7f: append(byte)
        default:
            append("\\u00")
            append(hexadecimal: byte >> 4)
            append(hexadecimal: byte & 15)
        }
    }

    mutating func append(hexadecimal digit: UInt8) { append(digit < 10 ? 48 + digit : 87 + digit) }
}
