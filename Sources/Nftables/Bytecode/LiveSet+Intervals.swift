extension LiveSet {
    /// Returns the keys that a lookup in the kernel finds, as sorted intervals of which no two share a key, both ends included;
    /// a key is read as a number whose first byte is the most significant, as the kernel compares it.
    ///
    /// Intervals are found as the kernel finds them: the nearest mark at or below a key, when that is no end. So an interval
    /// without an end reaches to the next mark, and an end without a beginning is nothing. A catch-all element finds every key.
    /// Intervals that touch stay apart, as what belongs to them may differ.
    ///
    /// - Returns: nil when keys are longer than 16 bytes, the elements are boxes of a concatenation, or were not read.
    public func intervals() -> [ClosedRange<UInt128>]? {
        guard elements.keyLength <= 16, unreadElements == nil else { return nil }
        guard !flags.contains(.concatenation) || !flags.contains(.interval) else { return nil }
        let greatest = UInt128.max >> UInt128(128 - elements.keyLength * 8)
        if elements.flags.contains(where: { $0 & 2 != 0 }) { return [0...greatest] }
        if !elements.keyEnds.isEmpty { return spans() }
        let marks = elements.marks()
        return flags.contains(.interval) ? Self.intervals(of: marks, greatest: greatest) : Self.points(of: marks)
    }

    /// Elements of one field that tell their own ends.
    private func spans() -> [ClosedRange<UInt128>]? {
        var found: [ClosedRange<UInt128>] = []
        for index in 0..<elements.count where elements.flags[index] & 1 == 0 {
            let first = UInt128(bigEndianBytes: elements.key(at: index))
            let last = UInt128(bigEndianBytes: elements.keyEnd(at: index))
            if first <= last { found.append(first...last) }
        }
        found.sort { $0.lowerBound < $1.lowerBound }
        let overlap = zip(found, found.dropFirst()).contains { $0.upperBound >= $1.lowerBound }
        return overlap ? nil : found
    }

    private static func points(of marks: [Elements.Mark]) -> [ClosedRange<UInt128>] {
        var found: [ClosedRange<UInt128>] = []
        found.reserveCapacity(marks.count)
        for mark in marks where !mark.isEnd && found.last?.lowerBound != mark.value {
            found.append(mark.value...mark.value)
        }
        return found
    }

    private static func intervals(of marks: [Elements.Mark], greatest: UInt128) -> [ClosedRange<UInt128>] {
        var found: [ClosedRange<UInt128>] = []
        found.reserveCapacity(marks.count / 2 + 1)
        var open: UInt128?
        for mark in marks {
            // At one value an end stands before a beginning, which then counts; two beginnings are one.
            if let first = open, first < mark.value {
                found.append(first...mark.value - 1)
                open = nil
            }
            if !mark.isEnd { open = mark.value }
        }
        if let open { found.append(open...greatest) }
        return found
    }
}

extension LiveSet.Elements {
    /// A key as a number.
    struct Mark {
        let value: UInt128
        let isEnd: Bool

        /// Whether it stands before another: an interval that ends where the next begins ends first.
        static func precedes(_ left: Mark, _ right: Mark) -> Bool {
            left.value == right.value ? left.isEnd && !right.isEnd : left.value < right.value
        }
    }

    /// Returns the keys in order. The kernel lists intervals from the greatest to the least, or from the least.
    func marks() -> [Mark] {
        var marks: [Mark] = []
        marks.reserveCapacity(count)
        var offset = 0
        for flag in flags {
            marks.append(Mark(value: UInt128(bigEndianBytes: keys[offset..<offset + keyLength]), isEnd: flag & 1 != 0))
            offset += keyLength
        }
        if let first = marks.first, let last = marks.last, first.value > last.value { marks.reverse() }
        for index in marks.indices.dropFirst() where Mark.precedes(marks[index], marks[index - 1]) {
            marks.sort(by: Mark.precedes)
            break
        }
        return marks
    }
}

extension UInt128 {
    /// Reads up to 16 bytes, the most significant first.
    init(bigEndianBytes bytes: ArraySlice<UInt8>) {
        self = 0
        for byte in bytes { self = self << 8 | UInt128(byte) }
    }
}
