import Policy

/// Whose addresses are whose: all ranges of all identities cut into disjoint pieces, so that one bisection finds everybody
/// who may be meant by an address. Nothing is allocated by a look-up.
struct AddressOwners {
    /// At most so many are kept for an address: those with the fewest addresses in all, who are told by it best.
    static let most = 8

    /// The first address of each piece, in order; a piece ends where the next begins.
    private var starts: [UInt128] = []
    /// Where the owners of each piece begin in `owners`, and their end behind the last.
    private var places: [UInt32] = []
    private var owners: [UInt32] = []

    init(_ parts: [(range: FlowRange, owner: UInt32)]) {
        var sizes: [UInt32: Double] = [:]
        for part in parts { sizes[part.owner, default: 0] += Double(part.range.last - part.range.first) + 1 }
        // Where a range begins, and where it is over.
        var bounds: [(at: UInt128, owner: UInt32, begins: Bool)] = []
        bounds.reserveCapacity(parts.count * 2)
        for part in parts {
            bounds.append((part.range.first, part.owner, true))
            if part.range.last < .max { bounds.append((part.range.last + 1, part.owner, false)) }
        }
        bounds.sort { $0.at < $1.at }
        // Ranges of one owner may touch each other: how many are open is counted.
        var open: [UInt32: Int] = [:]
        var place = 0
        while place < bounds.count {
            let at = bounds[place].at
            while place < bounds.count, bounds[place].at == at {
                let bound = bounds[place]
                let count = open[bound.owner, default: 0] + (bound.begins ? 1 : -1)
                open[bound.owner] = count == 0 ? nil : count
                place += 1
            }
            let best = open.keys.sorted { (sizes[$0] ?? 0, $0) < (sizes[$1] ?? 0, $1) }.prefix(Self.most)
            starts.append(at)
            places.append(UInt32(owners.count))
            owners += best
        }
        places.append(UInt32(owners.count))
    }

    /// Calls `body` for everybody whose address it may be, those with the fewest addresses first.
    func forEach(at address: FlowAddress, _ body: (UInt32) -> Void) {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= address.bits { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return }
        for place in places[low - 1]..<places[low] { body(owners[Int(place)]) }
    }
}
