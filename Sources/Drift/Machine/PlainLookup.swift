import Nftables

/// Finds one key in a set, element by element, as the kernel's lookup does: the plain counterpart of ``SetContents``.
struct PlainLookup {
    private let set: LiveSet
    private let fields: [(offset: Int, length: Int)]

    /// Prepares a set; nil when its keys are no numbers of at most 16 bytes a field.
    init?(_ set: LiveSet) {
        self.set = set
        if set.fieldLengths.count > 1 {
            var offset = 0
            var fields: [(offset: Int, length: Int)] = []
            for length in set.fieldLengths {
                guard (1...16).contains(length), offset + length <= set.keyLength else { return nil }
                fields.append((offset, length))
                offset += (length + 3) / 4 * 4
            }
            self.fields = fields
        } else {
            guard (1...16).contains(set.keyLength) else { return nil }
            fields = [(0, set.keyLength)]
        }
    }

    /// Returns the index of the element that holds a key, or of the catch-all; a nil index when none does.
    func find(_ key: [UInt8]) -> (index: Int?, isCatchAll: Bool)? {
        guard key.count == set.keyLength else { return nil }
        let elements = set.elements
        var catchAll: Int?
        // A tree of marks: the nearest at or below the key.
        let isTree = set.flags.contains(.interval) && elements.keyEnds.isEmpty && fields.count == 1
        var nearest: Int?
        for index in 0..<elements.count {
            if elements.flags[index] & 2 != 0 {
                catchAll = index
                continue
            }
            let mark = elements.key(at: index)
            if isTree {
                guard !key.lexicographicallyPrecedes(mark) else { continue }
                if let best = nearest {
                    let old = elements.key(at: best)
                    // Of an end and a beginning at the same place the beginning counts.
                    let isNearer =
                        old.lexicographicallyPrecedes(mark)
                        || (old.elementsEqual(mark) && elements.flags[index] & 1 == 0)
                    if isNearer { nearest = index }
                } else {
                    nearest = index
                }
                continue
            }
            let end = elements.keyEnd(at: index)
            let isInside = fields.allSatisfy { field in
                let value = key[field.offset..<field.offset + field.length]
                let low = mark.dropFirst(field.offset).prefix(field.length)
                let high = end.dropFirst(field.offset).prefix(field.length)
                return !value.lexicographicallyPrecedes(low)
                    && (!high.lexicographicallyPrecedes(value) || value.elementsEqual(low))
            }
            if isInside { return (index, false) }
        }
        if let nearest, elements.flags[nearest] & 1 == 0 { return (nearest, false) }
        return (catchAll, catchAll != nil)
    }
}
