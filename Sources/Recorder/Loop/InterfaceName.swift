import Glibc

/// Asks the kernel for names of interfaces.
public enum InterfaceName {
    /// Returns the name of an interface of the calling thread's network namespace, its bytes from the highest and zeros behind
    /// them; 0 when there is none (`if_indextoname(3)`).
    public static func packed(_ number: UInt32) -> UInt128 {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(IF_NAMESIZE)) { buffer in
            guard let base = buffer.baseAddress, if_indextoname(number, base) != nil else { return 0 }
            var bits: UInt128 = 0
            for place in 0..<15 {
                if buffer[place] == 0 { break }
                bits |= UInt128(UInt8(bitPattern: buffer[place])) << UInt128(120 - place * 8)
            }
            return bits
        }
    }
}
