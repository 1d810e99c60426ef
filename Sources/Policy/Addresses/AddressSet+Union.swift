extension AddressSet {
    /// Returns the union of many sets, by halves: one after the other would copy what is there already for each.
    static func union(of sets: ArraySlice<AddressSet>) -> AddressSet {
        guard sets.count > 1 else { return sets.first ?? .empty }
        let middle = (sets.startIndex + sets.endIndex) / 2
        return union(of: sets[..<middle]).union(union(of: sets[middle...]))
    }
}
