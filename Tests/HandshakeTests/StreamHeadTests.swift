import Testing

@testable import Handshake

@Suite("Head of a stream")
struct StreamHeadTests {
    /// A head that was given segments: their place from the start, and their bytes.
    private func head(
        start: UInt32 = 1_000, limit: Int = 64, knownStart: Bool = true, _ segments: [(Int, String)]
    ) -> StreamHead {
        var head = StreamHead(limit: limit)
        if knownStart { head.begin(at: start) }
        for (place, text) in segments {
            head.take(sequence: start &+ UInt32(truncatingIfNeeded: place), payload: Array(text.utf8).span)
        }
        return head
    }

    private func text(_ head: StreamHead) -> String {
        String(decoding: head.bytes[..<head.available], as: UTF8.self)
    }

    @Test(
        "segments in any order, doubled and overlapping, are the same bytes",
        arguments: [
            [(0, "abc"), (3, "def")], [(3, "def"), (0, "abc")], [(0, "abc"), (0, "abc"), (3, "def"), (3, "def")],
            [(0, "abcd"), (2, "cdef")], [(2, "cdef"), (0, "abcd")], [(5, "f"), (1, "b"), (3, "d"), (0, "abcdef")],
            [(5, "f"), (1, "b"), (3, "d"), (0, "a"), (2, "c"), (4, "e")], [(0, ""), (0, "abcdef"), (6, "")],
            [(1, "bcde"), (2, "cd"), (0, "abcdef")], [(-3, "xyzabcdef")], [(-3, "xyz"), (0, "abcdef")],
        ] as [[(Int, String)]])
    func order(segments: [(Int, String)]) {
        for start in [1_000, 0, 0xffff_fffe, 0x7fff_fffd] as [UInt32] {
            let head = head(start: start, segments)
            #expect(text(head) == "abcdef")
            #expect(!head.hasConflict)
        }
    }

    @Test(
        "the first byte of a place wins, and it is noted that another was seen",
        arguments: [
            [(0, "abcdef"), (2, "XX")], [(2, "cd"), (0, "abXdef")], [(4, "ef"), (0, "abcd"), (0, "abcdeX")],
        ] as [[(Int, String)]])
    func conflicts(segments: [(Int, String)]) {
        let head = head(segments)
        #expect(text(head) == "abcdef")
        #expect(head.hasConflict)
    }

    @Test("a hole ends what is available until it is filled")
    func holes() {
        var head = head([(0, "ab"), (4, "ef")])
        #expect(text(head) == "ab")
        head.take(sequence: 1_002, payload: Array("cd".utf8).span)
        #expect(text(head) == "abcdef")
    }

    @Test("no more holes are kept than there may be, and a retransmission brings what was dropped")
    func manyHoles() {
        var head = head(limit: 256, (1...20).map { ($0 * 2, "x") })
        #expect(head.hasLoss)
        #expect(head.available == 0)
        head.take(sequence: 1_000, payload: [UInt8](repeating: 0x78, count: 100).span)
        #expect(head.available == 100)
        #expect(!head.hasConflict)
    }

    @Test("no more bytes are kept than the limit, however they come")
    func limit() {
        var head = head(
            limit: 8, [(6, "ghijkl"), (7, "hijk"), (8, "ijk"), (100, "x"), (0x7fff_ffff, "x"), (0, "abcdef")])
        #expect(text(head) == "abcdefgh")
        #expect(head.isFull)
        head.take(sequence: 1_008, payload: Array("more".utf8).span)
        #expect(head.bytes.count == 8)
        var large = StreamHead()
        for start in stride(from: 0, to: 40_000, by: 1_460) {
            large.take(sequence: UInt32(start), payload: [UInt8](repeating: 1, count: 1_460).span)
        }
        #expect(large.bytes.count == StreamHead.usualLimit)
        #expect(large.bytes.capacity < StreamHead.usualLimit + 64)
    }

    @Test("a start that was guessed is put earlier a few times")
    func guessedStart() {
        #expect(text(head(knownStart: false, [(3, "def"), (0, "abc")])) == "abcdef")
        #expect(text(head(knownStart: false, [(4, "ef"), (2, "cd"), (0, "ab")])) == "abcdef")
        #expect(text(head(start: 0xffff_fffe, knownStart: false, [(3, "def"), (0, "abc")])) == "abcdef")
        #expect(text(head(limit: 4, knownStart: false, [(3, "def"), (0, "abc")])) == "abcd")
        // An empty segment is a hint, and one far away is none.
        #expect(text(head(knownStart: false, [(0, ""), (3, "def"), (0, "abc")])) == "abcdef")
        #expect(text(head(knownStart: false, [(-70_000, ""), (0, "abcdef")])) == "abcdef")
        let backwards = (0..<20).reversed().map { ($0, "abcdefghijklmnopqrstuvwxyz".prefix($0 + 1).suffix(1)) }
        #expect(text(head(knownStart: false, backwards.map { ($0.0, String($0.1)) })) == "pqrst")
    }

    @Test("a start that is told late is believed when it is earlier")
    func lateStart() {
        var late = head(knownStart: false, [(3, "def")])
        late.begin(at: 1_000)
        #expect(late.available == 0)
        late.take(sequence: 1_000, payload: Array("abc".utf8).span)
        #expect(text(late) == "abcdef")
        for other in [1_004, 1_003 - 64, 1_003 &+ 0x8000_0000] as [UInt32] {
            var kept = head(knownStart: false, [(3, "def")])
            kept.begin(at: other)
            #expect(text(kept) == "def")
        }
        var known = head([(0, "abc")])
        known.begin(at: 990)
        #expect(text(known) == "abc")
    }

    @Test("the first datagram is the whole head")
    func datagrams() {
        var head = StreamHead(limit: 4)
        let nothing: [UInt8] = []
        head.take(datagram: nothing.span)
        head.take(datagram: Array("abcdef".utf8).span)
        head.take(datagram: Array("ghi".utf8).span)
        #expect(text(head) == "abcd")
    }

    @Test("random segments are the same bytes as a plain copy of them")
    func random() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SplitMix(seed: seed)
        for _ in 0..<2_000 {
            let limit = Int.random(in: 1...80, using: &generator)
            let start = UInt32.random(in: 0...UInt32.max, using: &generator)
            var head = StreamHead(limit: limit)
            head.begin(at: start)
            var slow = [UInt8?](repeating: nil, count: limit)
            var hasConflict = false
            for _ in 0..<Int.random(in: 1...20, using: &generator) {
                let place = Int.random(in: -10...90, using: &generator)
                let bytes = (0..<Int.random(in: 0...30, using: &generator)).map { index in
                    UInt8.random(in: 0...40, using: &generator) == 0 ? 0xff : UInt8((place + index) & 0x7f)
                }
                head.take(sequence: start &+ UInt32(truncatingIfNeeded: place), payload: bytes.span)
                for (index, byte) in bytes.enumerated() where (0..<limit).contains(place + index) {
                    if let old = slow[place + index] { hasConflict = hasConflict || old != byte }
                    slow[place + index] = slow[place + index] ?? byte
                }
            }
            guard !head.hasLoss else { continue }
            let expected = slow.prefix { $0 != nil }.compactMap(\.self)
            #expect(Array(head.bytes[..<head.available]) == expected, "seed \(seed)")
            #expect(head.hasConflict == hasConflict, "seed \(seed)")
        }
    }
}

/// A generator whose numbers are known from its seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
