import Nftables
import PacketSpace

/// The 64 bytes of registers while a rule runs, bit by bit.
struct Registers {
    private var bits: [SymbolicBit?] = Array(repeating: nil, count: LiveRegister.byteCount * 8)

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
        var place = register.offset * 8
        for bit in new where place < bits.count {
            bits[place] = bit
            place += 1
        }
        while place % 32 != 0, place < bits.count {
            bits[place] = .constant(false)
            place += 1
        }
    }
}
