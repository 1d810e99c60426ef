import Testing

@testable import Ledger

@Suite("frames of Zstandard") struct ZstandardTests {
    private static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    private static func read(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> (held: [UInt8], size: Int) {
        guard var reader = Zstandard.Decompressor() else { throw Zstandard.Malformed(reason: "no memory") }
        var held: [UInt8] = []
        let size = try bytes.withUnsafeBytes { try reader.read($0, limit: limit) { held = Array($0) } }
        return (held, size)
    }

    private static func frame(_ bytes: [UInt8]) throws -> [UInt8] {
        guard let compressor = Zstandard.Compressor(level: 3) else { throw Zstandard.Malformed(reason: "no memory") }
        var frames: [UInt8] = []
        try bytes.withUnsafeBytes { try compressor.append($0, to: &frames) }
        return frames
    }

    /// A block: the last one or not, raw (0) or one byte many times (1).
    private static func block(_ isLast: Bool, _ kind: Int, _ size: Int, _ bytes: [UInt8]) -> [UInt8] {
        let header = size << 3 | kind << 1 | (isLast ? 1 : 0)
        return [UInt8(header & 255), UInt8(header >> 8 & 255), UInt8(header >> 16 & 255)] + bytes
    }

    /// A frame that says with eight bytes how much it holds.
    private static func frame(holding count: UInt64, _ blocks: [UInt8]) -> [UInt8] {
        magic + [0xe0] + (0..<8).map { UInt8(truncatingIfNeeded: count >> UInt64($0 * 8)) } + blocks
    }

    @Test("what is compressed comes out, frame by frame", arguments: [0, 1, 100, 100_000])
    func roundTrip(_ count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
        let frame = try Self.frame(bytes)
        let (held, size) = try Self.read(frame + frame)
        #expect(held == bytes && size == frame.count)
    }

    @Test("a frame made by hand is read: the ones below are refused for what they say")
    func handmade() throws {
        #expect(try Self.read(Self.frame(holding: 3, Self.block(true, 0, 3, [1, 2, 3]))).held == [1, 2, 3])
        #expect(
            try Self.read(Self.frame(holding: 9, Self.block(true, 1, 9, [7]))).held == [UInt8](repeating: 7, count: 9))
    }

    @Test("a frame that does not say how much it holds is refused")
    func unknownSize() {
        let frame = Self.magic + [0x00, 0x58] + Self.block(true, 0, 3, [1, 2, 3])
        #expect(throws: Zstandard.Malformed.self) { try Self.read(frame) }
    }

    @Test(
        "a frame that says it holds more than it may is refused before memory is taken",
        arguments: [(1 << 20) + 1, .max, .max - 1, .max - 2, 1 << 63] as [UInt64])
    func huge(_ count: UInt64) {
        #expect(throws: Zstandard.Malformed.self) {
            try Self.read(Self.frame(holding: count, Self.block(true, 0, 3, [1, 2, 3])), limit: 1 << 20)
        }
    }

    @Test("a frame that holds more or less than it says is refused")
    func bomb() {
        // 128 KiB for each four bytes.
        let bomb = (0..<1_000).flatMap { _ in Self.block(false, 1, 128 << 10, [0]) } + Self.block(true, 0, 0, [])
        for said: UInt64 in [0, 1, 1 << 20] {
            #expect(throws: Zstandard.Malformed.self) { try Self.read(Self.frame(holding: said, bomb)) }
        }
        #expect(throws: Zstandard.Malformed.self) { try Self.read(Self.frame(holding: 128_000 << 10, bomb)) }
        #expect(throws: Zstandard.Malformed.self) {
            try Self.read(Self.frame(holding: 4, Self.block(true, 0, 3, [1, 2, 3])))
        }
    }

    @Test("a frame that was cut anywhere, or of which a bit was changed, does not come out as something else")
    func broken() throws {
        let bytes = Array("{\"timestamp\":\"2026-11-22T05:00:00.000000Z\",\"action\":\"allow\"}\n".utf8)
        let frame = try Self.frame(bytes + bytes + bytes)
        for place in frame.indices {
            #expect(throws: Zstandard.Malformed.self) { try Self.read(Array(frame[..<place])) }
            for bit in 0..<8 {
                var changed = frame
                changed[place] ^= 1 << UInt8(bit)
                // A bit of the header that nobody reads leaves the frame as it is.
                if let held = try? Self.read(changed).held { #expect(held == bytes + bytes + bytes) }
            }
        }
    }

    @Test("a frame that is passed over holds nothing, and no frame is no frame")
    func others() throws {
        let skippable: [UInt8] = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]
        let read = try Self.read(skippable)
        #expect(read.held.isEmpty && read.size == 11)
        for bytes: [UInt8] in [
            [], [0], Self.magic, [0x50, 0x2a, 0x4d, 0x18, 255, 255, 255, 255], Array("{\"a\":1}\n".utf8),
        ] {
            #expect(throws: Zstandard.Malformed.self) { try Self.read(bytes) }
        }
    }
}
