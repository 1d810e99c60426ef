/// Where a bit of a register comes from, for the words that tell one unmodelled predicate from another.
enum Origin: Hashable, Sendable {
    /// The same in every packet.
    case constant(Bool)
    /// A bit of a quantity, 0 being the most significant.
    case quantity(Quantity, Int)
    /// Made from several; the number tells equal ones, where it is known.
    case computed(UInt32)

    /// Tells which bits they are, so that equal contents have equal words.
    static func words(_ bits: [Origin]?, width: (Quantity) -> Int) -> String {
        guard let bits else { return "an empty register" }
        var parts: [String] = []
        var start = 0
        while start < bits.count {
            var end = start + 1
            switch bits[start] {
            case .constant:
                var digits = ""
                while end < bits.count, case .constant = bits[end] { end += 1 }
                for bit in bits[start..<end] { digits += bit == .constant(true) ? "1" : "0" }
                if digits.contains("1" as Character) { parts.append("0b" + digits) }
            case .quantity(let quantity, let first):
                while end < bits.count, bits[end] == .quantity(quantity, first + end - start) { end += 1 }
                let isWhole = first == 0 && end - start == width(quantity)
                parts.append(isWhole ? quantity.name : "\(quantity.name)[\(first)+\(end - start)]")
            case .computed(let number): parts.append("#\(number)")
            }
            start = end
        }
        return parts.joined(separator: " . ")
    }
}
