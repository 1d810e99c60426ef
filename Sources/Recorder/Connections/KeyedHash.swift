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
