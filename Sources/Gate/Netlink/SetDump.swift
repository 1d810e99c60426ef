import Nftables

/// Collects the elements of a set from the messages of a dump (NFT_MSG_NEWSETELEM).
struct SetDump {
    /// A boundary of an interval, or a single value.
    private struct Mark {
        let value: UInt128
        let timeout: UInt64?
        let remaining: UInt64?
        let isEnd: Bool

        /// Whether it stands before another: an interval that ends where the next begins ends first.
        static func precedes(_ left: Mark, _ right: Mark) -> Bool {
            left.value == right.value ? left.isEnd && !right.isEnd : left.value < right.value
        }
    }

    private let set: SetHandle
    private var marks: [Mark] = []

    init(of set: SetHandle) { self.set = set }

    /// Takes the elements of one message, given without its struct nfgenmsg.
    mutating func take(_ attributes: UnsafeRawBufferPointer) throws(NetlinkReply.Malformed) {
        var message = NetlinkBytes(attributes)
        while let attribute = try message.nextAttribute() {
            guard attribute.type == 3 else { continue }
            var list = NetlinkBytes(attribute.payload)
            while let item = try list.nextAttribute() { try takeElement(item.payload) }
        }
    }

    private mutating func takeElement(_ bytes: UnsafeRawBufferPointer) throws(NetlinkReply.Malformed) {
        var value: UInt128?
        var flags: UInt32 = 0
        var timeout: UInt64?
        var remaining: UInt64?
        var attributes = NetlinkBytes(bytes)
        while let attribute = try attributes.nextAttribute() {
            switch attribute.type {
            case 1: value = try self.value(in: attribute.payload)
            case 3: flags = try Self.number(attribute.payload)
            case 4: timeout = try Self.number(attribute.payload)
            case 5: remaining = try Self.number(attribute.payload)
            default: continue
            }
        }
        // The catch-all element has no value, and no set of portgate has one.
        guard let value else { throw .length }
        marks.append(Mark(value: value, timeout: timeout, remaining: remaining, isEnd: flags & 1 != 0))
    }

    private func value(in key: UnsafeRawBufferPointer) throws(NetlinkReply.Malformed) -> UInt128 {
        var data = NetlinkBytes(key)
        while let attribute = try data.nextAttribute() {
            guard attribute.type == 1 else { continue }
            switch set.key.size {
            case 1: return UInt128(try Self.number(attribute.payload) as UInt8)
            case 4: return UInt128(try Self.number(attribute.payload) as UInt32)
            case 8:
                let number: UInt64 = try Self.number(attribute.payload)
                return UInt128(set.isBigEndian ? number : number.bigEndian)
            default: return try Self.number(attribute.payload)
            }
        }
        throw .length
    }

    /// Reads a number in network byte order that fills its attribute.
    private static func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer
    ) throws(NetlinkReply.Malformed) -> Number {
        guard bytes.count == MemoryLayout<Number>.size else { throw .length }
        return Number(bigEndian: bytes.loadUnaligned(as: Number.self))
    }

    /// Whether the marks are those of elements, in their order.
    func isExactly(_ elements: ArraySlice<SetElement>) -> Bool {
        var rest = marks[...]
        for element in elements {
            guard let first = rest.popFirst(), first.value == element.first, !first.isEnd else { return false }
            guard set.isInterval, element.last < set.key.greatest else { continue }
            guard let end = rest.popFirst(), end.value == element.last + 1, end.isEnd else { return false }
        }
        return rest.isEmpty
    }

    /// The elements, in order. What a lookup in the kernel finds is what counts: the nearest mark at or below a value, when
    /// that is no end. So an interval without an end reaches to the next mark, and an end without a beginning is nothing
    /// (the kernel keeps one at zero, and one behind an element that has just timed out).
    var elements: [SetElement] {
        var marks = marks
        // The kernel lists intervals from the greatest to the least.
        if let first = marks.first, let last = marks.last, first.value > last.value { marks.reverse() }
        if zip(marks, marks.dropFirst()).contains(where: { Mark.precedes($1, $0) }) { marks.sort(by: Mark.precedes) }
        var found: [SetElement] = []
        found.reserveCapacity(set.isInterval ? marks.count / 2 + 1 : marks.count)
        for (index, mark) in marks.enumerated() where !mark.isEnd {
            var last = mark.value
            if set.isInterval {
                let next = marks[(index + 1)...].first { $0.value > mark.value }
                last = next.map { $0.value - 1 } ?? set.key.greatest
            }
            found.append(
                SetElement(
                    mark.value, last, timeoutMilliseconds: mark.timeout, remainingMilliseconds: mark.remaining))
        }
        return found
    }
}
