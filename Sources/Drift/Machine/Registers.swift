import Nftables
import PacketSpace

/// The 64 bytes of registers while a rule runs, bit by bit, as far as they were written.
struct Registers {
    private var bits: [SymbolicBit?] = []

    /// Returns bytes from a register on; nil when one was never written, or they reach beyond the last.
    func read(_ register: LiveRegister, bytes count: Int) -> [SymbolicBit]? {
        let first = register.offset * 8
        guard count > 0, first + count * 8 <= bits.count else { return nil }
        var found: [SymbolicBit] = []
        found.reserveCapacity(count * 8)
        for bit in bits[first..<first + count * 8] {
            guard let bit else { return nil }
            found.append(bit)
        }
        return found
    }

    /// Writes bytes, and zeros to the end of the last 4-byte register.
    mutating func write(_ register: LiveRegister, _ new: [SymbolicBit]) {
        let first = register.offset * 8
        let end = min((first + new.count + 31) / 32 * 32, LiveRegister.byteCount * 8)
        if bits.count < end {
            bits.reserveCapacity(max(end, 128))
            while bits.count < end { bits.append(nil) }
        }
        for place in first..<end {
            bits[place] = place - first < new.count ? new[place - first] : .constant(false)
        }
    }
}
