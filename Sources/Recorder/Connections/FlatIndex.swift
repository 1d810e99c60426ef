/// Finds the places of entries by their hashes: one array, open addressing, no tombstones. It never grows; whoever owns the
/// entries keeps to the capacity.
struct FlatIndex {
    /// The hash above, the place and one below; 0 is free.
    private var slots: [UInt64]
    private let mask: UInt32

    /// Makes room for so many entries; a third of the slots stays free.
    init(capacity: Int) {
        precondition(capacity >= 1 && capacity <= 1 << 28, "an index of \(capacity) entries")
        var size = 8
        while size * 2 < capacity * 3 { size *= 2 }
        slots = Array(repeating: 0, count: size)
        mask = UInt32(size - 1)
    }

    /// Returns the place of the first entry with a hash for which `matches` holds.
    func find(_ hash: UInt32, where matches: (Int) -> Bool) -> Int? {
        var position = hash & mask
        while true {
            let slot = slots[Int(position)]
            if slot == 0 { return nil }
            if UInt32(truncatingIfNeeded: slot >> 32) == hash {
                let place = Int(slot & 0xffff_ffff) - 1
                if matches(place) { return place }
            }
            position = (position &+ 1) & mask
        }
    }

    /// Notes the place of an entry; more than one may have the same hash.
    mutating func insert(_ hash: UInt32, place: Int) {
        var position = hash & mask
        while slots[Int(position)] != 0 { position = (position &+ 1) & mask }
        slots[Int(position)] = UInt64(hash) << 32 | UInt64(place + 1)
    }

    /// Forgets the place of an entry that was noted.
    mutating func remove(_ hash: UInt32, place: Int) {
        let wanted = UInt64(hash) << 32 | UInt64(place + 1)
        var hole = hash & mask
        while slots[Int(hole)] != wanted {
            precondition(slots[Int(hole)] != 0, "an entry that is not in the index")
            hole = (hole &+ 1) & mask
        }
        // What stands behind moves up, unless it would come before the slot it wants.
        var position = (hole &+ 1) & mask
        while slots[Int(position)] != 0 {
            let home = UInt32(truncatingIfNeeded: slots[Int(position)] >> 32) & mask
            if (position &- home) & mask >= (position &- hole) & mask {
                slots[Int(hole)] = slots[Int(position)]
                hole = position
            }
            position = (position &+ 1) & mask
        }
        slots[Int(hole)] = 0
    }
}
