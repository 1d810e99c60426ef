import Nftables

/// The 64 bytes of registers while a rule runs on one packet, as far as they were written.
struct PlainRegisters {
    /// Where a byte comes from.
    enum Byte {
        /// It fills a register up.
        case zero
        /// From a load, as the packet is now: the number of the load and the place in it.
        case loaded(Int, Int)
        /// The same, of which only some bits are kept, and some are turned.
        case masked(Int, Int, mask: UInt8, xor: UInt8)
        /// From these bits.
        case bits([Origin])
    }

    private var bytes = [UInt8](repeating: 0, count: LiveRegister.byteCount)
    private var made = [Byte](repeating: .zero, count: LiveRegister.byteCount)
    /// One bit for each byte that was written.
    private var known: UInt64 = 0

    /// Forgets what was written.
    mutating func clear() { known = 0 }

    /// Writes bytes, and zeros to the end of the last 4-byte register; what does not fit is dropped.
    mutating func write(_ register: LiveRegister, _ new: [UInt8], from origin: (Int) -> Byte) {
        let first = register.offset
        for place in first..<min((first + new.count + 3) / 4 * 4, bytes.count) {
            let isNew = place - first < new.count
            bytes[place] = isNew ? new[place - first] : 0
            made[place] = isNew ? origin(place - first) : .zero
            known |= 1 << UInt64(place)
        }
    }

    /// Returns bytes from a register on; nil when one was never written, or they reach beyond the last.
    func read(_ register: LiveRegister, _ count: Int) -> ArraySlice<UInt8>? {
        range(register, count).map { bytes[$0] }
    }

    /// Returns where bytes come from; nil when one was never written, or they reach beyond the last.
    func origins(_ register: LiveRegister, _ count: Int) -> ArraySlice<Byte>? {
        range(register, count).map { made[$0] }
    }

    /// The bytes that come from the packet as it is now, by their places.
    var unsettled: [(place: Int, byte: Byte)] {
        made.indices.compactMap { place in
            guard known >> UInt64(place) & 1 == 1 else { return nil }
            switch made[place] {
            case .zero, .bits: return nil
            case .loaded, .masked: return (place, made[place])
            }
        }
    }

    /// Says from which bits a byte comes.
    mutating func settle(_ place: Int, _ bits: [Origin]) { made[place] = .bits(bits) }

    private func range(_ register: LiveRegister, _ count: Int) -> Range<Int>? {
        guard count > 0, count <= bytes.count - register.offset else { return nil }
        let mask = (UInt64.max >> UInt64(64 - count)) << UInt64(register.offset)
        return known & mask == mask ? register.offset..<register.offset + count : nil
    }
}
