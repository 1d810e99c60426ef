import Nftables

/// What some bytes of a payload must be, gathered bit by bit, and then said in as few comparisons as there can be.
struct PayloadPattern {
    private struct Wanted {
        var mask: UInt8
        var value: UInt8
    }

    private var wanted: [Int: Wanted] = [:]
    private var cursor = 0
    private var contradictsItself = false

    /// Creates a pattern that wants nothing so far.
    init() {}

    /// Whether any payload would do, even none.
    var wantsNothing: Bool { wanted.isEmpty }

    /// Wants the next bytes to be these.
    func then(_ bytes: [UInt8]) -> Self { then(bytes, mask: bytes.map { _ in 0xff }) }

    /// Wants the next bytes to be the text's.
    func then(_ text: String) -> Self { then(Array(text.utf8)) }

    /// Wants the next bytes to be the word's ASCII letters, in either case; a letter's case is its bit 0x20.
    func then(anyCase word: String) -> Self {
        then(word.utf8.map { $0 & 0xdf }, mask: word.utf8.map { _ in 0xdf })
    }

    /// Wants bits of the next bytes.
    func then(_ bytes: [UInt8], mask: [UInt8]) -> Self {
        var result = self
        for (byte, mask) in zip(bytes, mask) {
            result.want(byte, mask: mask, at: result.cursor)
            result.cursor += 1
        }
        return result
    }

    /// Goes on at an offset from the start of the payload.
    func at(_ offset: Int) -> Self {
        var result = self
        result.cursor = offset
        return result
    }

    /// Lets the next bytes be anything.
    func skip(_ count: Int) -> Self {
        var result = self
        result.cursor += count
        return result
    }

    /// Wants the next bytes to be ASCII digits, or one of `:;<=>?`, which share their upper half.
    func thenDigits(_ count: Int = 1) -> Self {
        then(Array(repeating: 0x30, count: count), mask: Array(repeating: 0xf0, count: count))
    }

    private mutating func want(_ byte: UInt8, mask: UInt8, at offset: Int) {
        guard mask != 0 else { return }
        let before = wanted[offset] ?? Wanted(mask: 0, value: 0)
        if (before.value ^ byte) & before.mask & mask != 0 { contradictsItself = true }
        wanted[offset] = Wanted(mask: before.mask | mask, value: before.value | (byte & mask))
    }

    /// The comparisons, in order of offset, or nil when no payload could satisfy them, or a wanted byte is out of reach.
    ///
    /// Each takes as many bytes as fit, so that no two of them can be joined: nft joins what can be, and would then list
    /// something else than was loaded.
    var matches: [PayloadMatch]? {
        let last = PayloadMatch.greatestOffset + PayloadMatch.greatestCount - 1
        let offsets = wanted.keys.sorted()
        guard !contradictsItself, offsets.allSatisfy({ (0...last).contains($0) }) else { return nil }
        let greedy = windows(over: offsets, cutBefore: nil)
        // A comparison cannot begin beyond the greatest offset: then the one before it has to end earlier.
        let fits = greedy.allSatisfy { $0.lowerBound <= PayloadMatch.greatestOffset }
        return (fits ? greedy : windows(over: offsets, cutBefore: PayloadMatch.greatestOffset)).map { window in
            let mask = window.map { wanted[$0]?.mask ?? 0 }
            return PayloadMatch(
                offset: window.lowerBound, mask: mask.allSatisfy { $0 == 0xff } ? nil : mask,
                bytes: window.map { wanted[$0]?.value ?? 0 })
        }
    }

    private func windows(over offsets: [Int], cutBefore cut: Int?) -> [ClosedRange<Int>] {
        var result: [ClosedRange<Int>] = []
        for offset in offsets {
            if let window = result.last, offset - window.lowerBound < PayloadMatch.greatestCount,
                window.lowerBound == cut || offset < cut ?? .max
            {
                result[result.count - 1] = window.lowerBound...offset
            } else {
                result.append(min(offset, cut ?? .max)...offset)
            }
        }
        return result
    }
}
