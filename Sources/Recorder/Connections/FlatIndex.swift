/// A hash that nobody outside can foresee: keyed with numbers of this run, so that sources cannot choose flows that collide.
struct KeyedHash {
    private var state: UInt64
    private let key: UInt64

    /// Begins with the numbers of this run.
    init(_ seed: HashSeed) {
        state = seed.first
        key = seed.second | 1
    }

    /// Adds a number.
    mutating func add(_ number: UInt64) {
        // The full product of 128 bits, folded, as in wyhash: each bit of the number reaches each bit of the state.
        let product = (state ^ number).multipliedFullWidth(by: key ^ 0x9e37_79b9_7f4a_7c15)
        state = product.high ^ product.low ^ (number &* 0xd6e8_feb8_6659_fd93)
    }

    /// Adds a number.
    mutating func add(_ number: UInt128) {
        add(UInt64(truncatingIfNeeded: number >> 64))
        add(UInt64(truncatingIfNeeded: number))
    }

    /// The hash of what was added.
    var value: UInt32 {
        let product = (state ^ key).multipliedFullWidth(by: 0xa076_1d64_78bd_642f)
        return UInt32(truncatingIfNeeded: product.high ^ product.low)
    }
}

/// Numbers that hashes are keyed with; random in a daemon, fixed in a test.
public struct HashSeed: Hashable, Sendable {
    let first: UInt64
    let second: UInt64

    /// Takes numbers.
    public init(_ first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }

    /// Draws numbers.
    public init(from generator: inout some RandomNumberGenerator) {
        self.init(generator.next(), generator.next())
    }
}

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
