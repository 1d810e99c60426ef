// sources: Sources/Ledger/Notes Sources/Ledger/Tree Sources/Ledger/Storage/LedgerTail.swift Sources/Ledger/Storage/LedgerTime.swift Sources/Ledger/Storage/SegmentPart.swift Sources/Ledger/Sealing/SSHSignature.swift Sources/Ledger/Sealing/SegmentFrames.swift Sources/Ledger/Sealing/SegmentManifest.swift Sources/Ledger/Sealing/Zstandard.swift
// flags: -I Sources/CCrypto -I Sources/CZstd -Xlinker -l:libcrypto.a

/// The files of a sealed segment: frames of Zstandard, their index, the manifest and its signature.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    readFrames(input)
    if let frames = SegmentFrames(input) {
        precondition(frames.text == input)
        for frame in frames.frames { precondition(frame.offset >= 0 && frame.bytes > 0 && frame.leaf <= 1 << 62) }
    }
    if let manifest = SegmentManifest(input, of: 0) { precondition(manifest.text == input) }
    if let signature = SSHSignature(input) {
        precondition(signature.armored == input)
        precondition(!signature.verifies(Array("what nobody signed".utf8)), "a signature of nobody")
    }
    if let (segment, part) = SegmentPart.parse(String(decoding: input, as: UTF8.self)) {
        precondition(SegmentPart.name(segment) + part.rawValue == String(decoding: input, as: UTF8.self))
    }
    return 0
}

private func readFrames(_ input: [UInt8]) {
    let limit = 1 << 20
    guard var reader = Zstandard.Decompressor() else { return }
    input.withUnsafeBytes { all in
        var place = 0
        while place < all.count {
            let rest = UnsafeRawBufferPointer(rebasing: all[place...])
            guard let size = try? reader.read(rest, limit: limit, { precondition($0.count <= limit) }) else { return }
            precondition(size > 0 && size <= rest.count, "a frame of no size")
            place += size
        }
    }
}
