// sources: Sources/Nftables/Bytecode

/// The elements of a set: the input is the length of its keys, its flags, and the list (NFTA_SET_ELEM_LIST_ELEMENTS).
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count)).prefix(60_000)
    guard input.count >= 2 else { return 0 }
    let table = [1, 0, 0, 0, 6, 0, 1, 0, 0x74, 0, 0, 0] as [UInt8]
    let name = [6, 0, 2, 0, 0x73, 0, 0, 0] as [UInt8]
    var decoder = RulesetDecoder()
    decoder.take(type: 0, payload: table)
    let keyLength = input[0] % 64 + 1
    decoder.take(
        type: 9, payload: table + name + [8, 0, 3, 0, 0, 0, 0, input[1], 8, 0, 5, 0, 0, 0, 0, keyLength])
    let list = input.dropFirst(2)
    let length = 4 + list.count
    decoder.take(
        type: 12, payload: table + name + [UInt8(length & 255), UInt8(length >> 8), 3, 0x80] + list)
    let set = decoder.ruleset.tables[0].sets[0]
    let elements = set.elements
    precondition(elements.keys.count == elements.count * elements.keyLength, "keys are missing")
    precondition(elements.keyEnds.isEmpty || elements.keyEnds.count == elements.keys.count, "ends are missing")
    precondition(elements.details.keys.allSatisfy { $0 < elements.count }, "a detail of no element")
    if let intervals = set.intervals() {
        for index in intervals.indices.dropFirst() {
            precondition(intervals[index - 1].upperBound < intervals[index].lowerBound, "intervals out of order")
        }
    }
    return 0
}
