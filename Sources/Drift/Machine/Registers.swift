import Nftables
import PacketSpace

/// The 64 bytes of registers while a rule runs, bit by bit, as far as they were written.
struct Registers {
    private var bits: [SymbolicBit] = []
    /// One bit for each byte that was written.
    private var known: UInt64 = 0

    /// Returns bytes from a register on; nil when one was never written, or they reach beyond the last.
    func read(_ register: LiveRegister, bytes count: Int) -> [SymbolicBit]? {
        slice(register, bytes: count).map(Array.init)
    }

    /// Returns bytes from a register on where they stand; nil when one was never written, or they reach beyond the last.
    func slice(_ register: LiveRegister, bytes count: Int) -> ArraySlice<SymbolicBit>? {
        guard count > 0, count <= LiveRegister.byteCount - register.offset else { return nil }
        let mask = (UInt64.max >> UInt64(64 - count)) << UInt64(register.offset)
        guard known & mask == mask else { return nil }
        return bits[register.offset * 8..<(register.offset + count) * 8]
    }

    /// Writes bytes, and zeros to the end of the last 4-byte register; what does not fit is dropped.
    mutating func write(_ register: LiveRegister, _ new: [SymbolicBit]) {
        let first = register.offset * 8
        let end = min((first + new.count + 31) / 32 * 32, LiveRegister.byteCount * 8)
        guard first < end else { return }
        if bits.count < end {
            bits.reserveCapacity(max(end, 128))
            bits.append(contentsOf: repeatElement(.constant(false), count: end - bits.count))
        }
        let count = min(new.count, end - first)
        bits.replaceSubrange(first..<first + count, with: new.prefix(count))
        for place in first + count..<end { bits[place] = .constant(false) }
        known |= (UInt64.max >> UInt64(64 - (end - first) / 8)) << UInt64(register.offset)
    }
}
