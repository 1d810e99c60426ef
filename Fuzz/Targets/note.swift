// sources: Sources/Ledger/Notes Sources/Ledger/Tree Sources/Ledger/Storage/LedgerCheckpoint.swift Sources/Ledger/Storage/LedgerTail.swift Sources/Ledger/Storage/LedgerTime.swift
// flags: -I Sources/CCrypto -Xlinker -l:libcrypto.a

/// Signed notes, checkpoints, keys and where a ledger ends: what is read is written the same way again, and nobody has signed it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    guard let signer = NoteSigner(name: "fuzz", privateKey: [UInt8](repeating: 7, count: 32)) else { return 0 }
    if let note = try? SignedNote(input) {
        precondition(note.bytes == input, "a note is written in another way than it was read")
        precondition((try? note.verify(by: [signer.key])) == nil, "a note is believed that nobody signed")
        if let checkpoint = LedgerCheckpoint(note.text) { precondition(checkpoint.text == note.text) }
        if let checkpoint = Checkpoint(note.text) { precondition(checkpoint.text == note.text) }
    }
    let file = CheckpointFile(input)
    var place = 0
    for entry in file.entries {
        precondition(
            entry.place.lowerBound == place && CheckpointFile.bytes(of: entry.note) == Array(input[entry.place]))
        _ = entry.checkpoint.number + 1
        place = entry.place.upperBound
    }
    precondition(place == file.end && file.end <= input.count)
    let last = CheckpointFile.last(of: input)
    if file.end == input.count {
        precondition(last?.checkpoint == file.entries.last?.checkpoint, "the last checkpoint is told differently")
    }
    if let tail = LedgerTail(input) { precondition(tail.text == input && tail.lineBytes >= 0) }
    let text = String(decoding: input, as: UTF8.self)
    if let key = NoteKey(text) { precondition(key.description == text) }
    if let bytes = Base64.decode(text[...]) { precondition(Base64.encode(bytes) == text) }
    if let time = LedgerTime(text) { precondition(time.description == text) }
    return 0
}
