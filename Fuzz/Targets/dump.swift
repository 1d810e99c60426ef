// sources: Sources/Nftables/Bytecode

/// A whole dump: the input is messages as `Fuzz/record.py` writes them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: bytes, count: count)
    var decoder = RulesetDecoder()
    var place = 0
    while place + 4 <= input.count {
        let type = UInt16(input[place]) | UInt16(input[place + 1]) << 8
        let length = min(Int(input[place + 2]) | Int(input[place + 3]) << 8, input.count - place - 4)
        decoder.take(type: type, payload: UnsafeRawBufferPointer(rebasing: input[(place + 4)..<(place + 4 + length)]))
        place += 4 + length
    }
    for table in decoder.ruleset.tables {
        for set in table.sets { _ = set.intervals() }
        for rule in table.chains.flatMap(\.rules) { _ = rule.description }
    }
    precondition(decoder.ruleset.unread.count <= 64, "too much is said")
    return 0
}
