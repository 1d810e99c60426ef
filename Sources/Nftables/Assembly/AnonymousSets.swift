/// The sets that nft makes of lists in rules, in the order in which the kernel numbers them.
struct AnonymousSets {
    private(set) var sets: [LiveSet] = []

    /// Adds a set of numbers in host order and returns its name.
    mutating func add(_ numbers: [UInt32], keyType: UInt32) -> String {
        let name = "__set\(sets.count)"
        var set = LiveSet(
            name: name, flags: [.anonymous, .constant], keyType: keyType, keyLength: 4, size: UInt32(numbers.count))
        for number in numbers { set.elements.append(key: RegisterBytes.host(number)) }
        sets.append(set)
        return name
    }
}
