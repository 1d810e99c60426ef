/// Whole numbers as a policy writes them: decimal digits, no sign, no leading zero, nothing a YAML reader would retype.
enum WholeNumber {
    /// Returns the number, or nil when the text is not one or is too large.
    static func parse(_ text: some Sequence<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        var digits = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            if digits == 1, value == 0 { return nil }
            digits += 1
            guard digits <= 18 else { return nil }
            value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        return digits == 0 ? nil : value
    }

    /// Says why a text is not a number from `least` to `most`, in words that follow it.
    static func objection(to text: String, least: UInt64, most: UInt64) -> String {
        if parse(text.utf8) != nil { return "is not between \(least) and \(most)" }
        let digits = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        if digits, text.utf8.count > 1, text.utf8.first == UInt8(ascii: "0") {
            return
                "starts with a zero, which some readers take for octal; wanted a whole number from \(least) to \(most)"
        }
        if digits { return "is not between \(least) and \(most)" }
        return "is not a whole number in decimal digits; wanted one from \(least) to \(most)"
    }
}
