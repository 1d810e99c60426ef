extension Rate {
    /// The most events per unit.
    static let most: UInt64 = 1_000_000

    /// Reads `20/second per source`, or returns nil.
    init?(parsing text: String) {
        let suffix = " per source"
        guard text.hasSuffix(suffix) else { return nil }
        let parts = text.dropLast(suffix.count).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let unit = Unit(rawValue: String(parts[1])) else { return nil }
        guard let number = WholeNumber.parse(parts[0].utf8), (1...Self.most).contains(number) else { return nil }
        self.init(count: UInt32(number), per: unit)
    }
}
