import Nftables
import PacketSpace

/// A set's elements as the kernel's lookup sees them, made once for each set.
struct SetContents {
    /// One element: for each field of the key its least and greatest value; none for the catch-all.
    struct Element {
        let box: [(first: UInt128, last: UInt128)]
        /// The index among the dumped elements.
        let index: Int
    }

    /// The lengths of the key's fields in bytes, and where each begins in the registers.
    let fields: [(offset: Int, length: Int)]
    /// The elements; empty when `plain` says it all.
    let elements: [Element]
    /// The keys of a set of one field without data, as intervals.
    let plain: IntervalList?
    /// The index of the catch-all element.
    let catchAll: Int?

    /// Reads a set; nil when its keys are too long to be numbers.
    init?(_ set: LiveSet) {
        var fields: [(offset: Int, length: Int)] = []
        if set.fieldLengths.count > 1 {
            var offset = 0
            for length in set.fieldLengths {
                guard length > 0, offset + length <= set.keyLength else { return nil }
                fields.append((offset, length))
                offset += (length + 3) / 4 * 4
            }
        } else {
            fields = [(0, set.keyLength)]
        }
        guard set.unreadElements == nil, set.keyLength == set.elements.keyLength,
            fields.allSatisfy({ (1...16).contains($0.length) })
        else { return nil }
        self.fields = fields
        let all = set.elements
        catchAll = all.flags.firstIndex { $0 & 2 != 0 }
        let hasData = set.flags.contains(.map) || set.flags.contains(.object) || !all.details.isEmpty
        let isTree = set.flags.contains(.interval) && all.keyEnds.isEmpty
        if isTree, fields.count == 1 {
            let found = Self.tree(all, length: fields[0].length)
            if hasData {
                elements = found.map { Element(box: [($0.first, $0.last)], index: $0.index) }
                plain = nil
            } else {
                elements = []
                var ends: [UInt128] = []
                ends.reserveCapacity(found.count * 2)
                for interval in found {
                    ends.append(interval.first)
                    ends.append(interval.last)
                }
                plain = IntervalList(ends: ends)
            }
            return
        }
        if fields.count == 1, !hasData {
            elements = []
            plain = IntervalList(
                (0..<all.count).lazy.filter { all.flags[$0] & 3 == 0 }.map { index in
                    let first = Self.number(all.key(at: index))
                    return (first: first, last: max(first, Self.number(all.keyEnd(at: index))))
                })
            return
        }
        plain = nil
        elements = (0..<all.count).filter { all.flags[$0] & 3 == 0 }.map { index in
            let key = all.key(at: index)
            let end = all.keyEnd(at: index)
            return Element(
                box: fields.map { field in
                    let first = Self.number(key.dropFirst(field.offset).prefix(field.length))
                    let last = Self.number(end.dropFirst(field.offset).prefix(field.length))
                    return (first, max(first, last))
                }, index: index)
        }
    }

    /// The elements of a tree of marks: a lookup finds the nearest mark at or below a value, unless that is an end.
    private static func tree(
        _ all: LiveSet.Elements, length: Int
    ) -> [(first: UInt128, last: UInt128, index: Int)] {
        var marks: [(value: UInt128, isEnd: Bool, index: Int)] = []
        marks.reserveCapacity(all.count)
        for index in 0..<all.count where all.flags[index] & 2 == 0 {
            marks.append((number(all.key(at: index)), all.flags[index] & 1 != 0, index))
        }
        // The kernel lists them from the greatest to the least.
        if let first = marks.first, let last = marks.last, first.value > last.value { marks.reverse() }
        func precedes(
            _ one: (value: UInt128, isEnd: Bool, index: Int), _ other: (value: UInt128, isEnd: Bool, index: Int)
        ) -> Bool {
            one.value == other.value ? one.isEnd && !other.isEnd : one.value < other.value
        }
        if zip(marks, marks.dropFirst()).contains(where: { precedes($1, $0) }) { marks.sort(by: precedes) }
        let greatest = UInt128.max >> UInt128(128 - length * 8)
        var found: [(first: UInt128, last: UInt128, index: Int)] = []
        found.reserveCapacity(marks.count / 2 + 1)
        for (place, mark) in marks.enumerated() where !mark.isEnd {
            var next = place + 1
            while next < marks.count, marks[next].value == mark.value { next += 1 }
            found.append((mark.value, next < marks.count ? marks[next].value - 1 : greatest, mark.index))
        }
        return found
    }

    /// Reads a key of at most 16 bytes, the first byte being the most significant.
    static func number(_ bytes: ArraySlice<UInt8>) -> UInt128 {
        var number: UInt128 = 0
        for byte in bytes { number = number << 8 | UInt128(byte) }
        return number
    }
}
