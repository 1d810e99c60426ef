// sources: Sources/Recorder/Decoding

/// A datagram of conntrack's events, or of an answer to a dump.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: bytes, count: count).bytes
    var decoder = ConntrackDecoder(byteCount: count)
    var items = 0
    while let item = decoder.next(in: input) {
        items += 1
        precondition(items <= count / 16 + 1, "more messages than bytes")
        switch item {
        case .event(let event):
            precondition(event.start.map { $0 > 0 } ?? true && event.stop.map { $0 > 0 } ?? true, "a time that is none")
        case .done(let code): precondition(code != .min, "an error number that cannot be negated")
        case .overrun, .other, .malformed: continue
        }
    }
    return 0
}
