/// How many members a set has: exact while it fits 128 bits, else a mantissa times a power of two, rounded down.
public struct Cardinality: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The number, or its first 128 bits when the exponent is not 0.
    public let mantissa: UInt128
    /// The power of two that the mantissa is multiplied by; 0 when the number is exact. Otherwise the mantissa's first bit is 1.
    public let exponent: Int

    /// No member.
    public static let zero = Cardinality(0)

    /// Creates an exact number.
    public init(_ value: UInt128) { self.init(mantissa: value, exponent: 0) }

    init(mantissa: UInt128, exponent: Int) {
        self.mantissa = mantissa
        self.exponent = exponent
    }

    /// The number, when it fits 128 bits.
    public var exact: UInt128? { exponent == 0 ? mantissa : nil }

    /// Tells which number is smaller. O(1).
    public static func < (a: Cardinality, b: Cardinality) -> Bool {
        a.exponent == b.exponent ? a.mantissa < b.mantissa : a.exponent < b.exponent
    }

    /// Returns the sum. O(1).
    public static func + (a: Cardinality, b: Cardinality) -> Cardinality {
        let (small, large) = a.exponent <= b.exponent ? (a, b) : (b, a)
        let shift = large.exponent - small.exponent
        let addend = shift >= 128 ? 0 : small.mantissa >> UInt128(shift)
        let (sum, overflows) = large.mantissa.addingReportingOverflow(addend)
        guard overflows else { return Cardinality(mantissa: sum, exponent: large.exponent) }
        return Cardinality(mantissa: sum >> 1 | 1 << 127, exponent: large.exponent + 1)
    }

    /// Returns the product. O(1).
    public static func * (a: Cardinality, b: Cardinality) -> Cardinality {
        let (high, low) = a.mantissa.multipliedFullWidth(by: b.mantissa)
        let exponent = a.exponent + b.exponent
        guard high > 0 else { return low == 0 ? .zero : Cardinality(mantissa: low, exponent: exponent) }
        let shift = UInt128(128 - high.leadingZeroBitCount)
        let mantissa = shift == 128 ? high : high << (128 - shift) | low >> shift
        return Cardinality(mantissa: mantissa, exponent: exponent + Int(shift))
    }

    /// Returns the number times a power of two. O(1).
    ///
    /// - Precondition: The power is not negative.
    public func doubled(times: Int = 1) -> Cardinality {
        precondition(times >= 0, "a number is not halved")
        if mantissa == 0 { return self }
        let room = exponent == 0 ? min(mantissa.leadingZeroBitCount, times) : 0
        return Cardinality(mantissa: mantissa << UInt128(room), exponent: exponent + times - room)
    }

    /// The number in full below a million billion, else as a power of two: `2^104`, `about 1.3·2^104`.
    public var description: String {
        if exponent == 0, mantissa < 1_000_000_000_000_000 { return Self.grouped(mantissa) }
        let power = 127 - mantissa.leadingZeroBitCount
        // The first four bits after the leading one say the tenths.
        let rest = mantissa & ((1 << UInt128(power)) - 1)
        if rest == 0 { return "2^\(power + exponent)" }
        let tenths = ((rest >> UInt128(max(0, power - 20))) * 10) >> 20
        return "about 1.\(tenths)·2^\(power + exponent)"
    }

    /// Writes a number with a comma before each three digits.
    private static func grouped(_ value: UInt128) -> String {
        let digits = Array(String(value).utf8)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.unicodeScalars.append(Unicode.Scalar(digit))
        }
        return text
    }
}
