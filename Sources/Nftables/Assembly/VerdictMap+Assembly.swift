extension VerdictMap {
    /// NFTA_SET_DATA_LEN of a verdict: the register's 16 bytes.
    private static let verdictLength = 16

    /// The map as the kernel holds it: protocol and port in a 4-byte register each. Where it takes ranges every key has an end,
    /// and the kernel is told of the fields.
    func assembled() -> LiveSet {
        var set = LiveSet(
            name: name, flags: takesRanges ? [.map, .interval, .concatenation] : .map,
            keyType: KeyType.transportAndPort, keyLength: 8, fieldLengths: takesRanges ? [1, 2] : [],
            dataType: LiveSet.verdictType, dataLength: Self.verdictLength)
        for element in elements {
            set.elements.append(
                key: Self.key(element.transport, element.first),
                end: takesRanges ? Self.key(element.transport, element.last) : nil,
                detail: LiveSet.Detail(verdict: LiveVerdict(element.verdict)))
        }
        return set
    }

    private static func key(_ transport: UInt8, _ port: UInt16) -> [UInt8] {
        [transport, 0, 0, 0, UInt8(port >> 8), UInt8(truncatingIfNeeded: port), 0, 0]
    }
}
