// sources: Sources/Nftables/Bytecode

/// The expressions of a rule (NFTA_RULE_EXPRESSIONS): the input is the list.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count)).prefix(60_000)
    var decoder = RulesetDecoder()
    let table = [1, 0, 0, 0, 6, 0, 1, 0, 0x74, 0, 0, 0] as [UInt8]
    decoder.take(type: 0, payload: table)
    decoder.take(type: 3, payload: table + [6, 0, 3, 0, 0x63, 0, 0, 0])
    let length = 4 + input.count
    decoder.take(
        type: 6,
        payload: table + [6, 0, 2, 0, 0x63, 0, 0, 0, UInt8(length & 255), UInt8(length >> 8), 4, 0x80] + input)
    let rules = decoder.ruleset.tables[0].chains[0].rules
    precondition(rules.count == 1 && decoder.ruleset.unread.isEmpty, "a rule was lost")
    precondition(rules[0].expressions.isEmpty == input.isEmpty, "expressions were lost")
    precondition(rules[0].description.utf8.allSatisfy { (0x20..<0x7f).contains($0) }, "text that is not plain")
    return 0
}
