import Nftables

extension LiveComparison {
    /// Whether it holds of a register's bytes and a rule's, compared like numbers whose most significant byte comes first.
    func holds(_ value: ArraySlice<UInt8>, _ data: [UInt8]) -> Bool {
        switch self {
        case .equal: value.elementsEqual(data)
        case .notEqual: !value.elementsEqual(data)
        case .less: value.lexicographicallyPrecedes(data)
        case .lessOrEqual: !data.lexicographicallyPrecedes(value)
        case .greater: data.lexicographicallyPrecedes(value)
        case .greaterOrEqual: !value.lexicographicallyPrecedes(data)
        }
    }
}

extension LiveVerdict {
    /// The chain that it leads to; nil when it leads to none.
    var target: String? {
        switch self {
        case .jump(let chain), .goto(let chain): chain
        default: nil
        }
    }
}
