/// The first bytes of one direction of a TCP connection, put together from segments that arrive in any order, twice, or
/// overlapping. The first byte seen for a place wins, and it is noted when a later segment says something else there.
///
/// Memory is bounded: ``limit`` bytes, and ``mostPieces`` stretches of bytes with holes between them. What would go beyond is
/// dropped, and a retransmission may bring it later.
public struct StreamHead: Hashable, Sendable {
    /// The most bytes that are kept unless a limit is given: a ClientHello with post-quantum keys and certificates fit.
    public static let usualLimit = 16_384
    /// The most stretches that are kept apart, until the holes between them are filled.
    public static let mostPieces = 16
    /// How often the start is put earlier, when it was only guessed.
    static let mostMoves = 4

    /// The most bytes that are kept.
    public let limit: Int
    /// The bytes by their place in the stream; those behind ``available`` may be holes, which are zero here.
    public private(set) var bytes: [UInt8] = []
    /// Whether two segments said different things of one place.
    public private(set) var hasConflict = false
    /// Whether a segment was dropped because there were too many holes.
    public private(set) var hasLoss = false
    /// How often a segment was seen that lies before what was taken for the start; each time the bytes have moved.
    private(set) var moves = 0

    /// Sorted; there is a hole between any two.
    private var pieces: [Range<Int>] = []
    private var start: UInt32?
    private var isStartKnown = false
    private var isDiscarded = false

    /// Creates the head of a stream of which nothing was seen.
    public init(limit: Int = usualLimit) {
        precondition((1...0xffff).contains(limit), "a head of 1 to 65,535 bytes")
        self.limit = limit
    }

    /// How many bytes from the start are there without a hole.
    public var available: Int {
        guard let first = pieces.first, first.lowerBound == 0 else { return 0 }
        return first.upperBound
    }

    /// Whether all the bytes that are kept are there.
    public var isFull: Bool { available == limit }

    /// Says that the stream's first byte has this sequence number: one more than that of the SYN. Without it the first segment
    /// is taken for the start, until an earlier one is seen. Once there are bytes only an earlier start is believed.
    public mutating func begin(at sequence: UInt32) {
        guard !isDiscarded, !isStartKnown else { return }
        if let start, !pieces.isEmpty {
            let distance = Int(Int32(truncatingIfNeeded: start &- sequence))
            guard (0..<limit).contains(distance) else { return }
            if distance > 0 { moveBytes(by: distance) }
        }
        start = sequence
        isStartKnown = true
    }

    /// Takes a segment. One without bytes counts as well: it says where the stream is.
    public mutating func take(sequence: UInt32, payload: Span<UInt8>) {
        guard !isDiscarded else { return }
        var offset = start.map { Int(Int32(truncatingIfNeeded: sequence &- $0)) } ?? 0
        // An empty segment is no more than a hint where the stream begins.
        if start == nil || (!isStartKnown && pieces.isEmpty && !(0..<limit).contains(offset)) {
            start = sequence
            offset = 0
        }
        var skipped = 0
        if offset < 0 {
            if !isStartKnown, !payload.isEmpty, moves < Self.mostMoves, -offset < limit {
                start = sequence
                moveBytes(by: -offset)
            } else {
                skipped = -offset
            }
            offset = 0
        }
        guard offset < limit, skipped < payload.count else { return }
        let end = offset + min(payload.count - skipped, limit - offset)
        put(payload, from: skipped, at: offset..<end)
    }

    /// Takes a datagram: the first one with bytes is the whole head.
    public mutating func take(datagram: Span<UInt8>) {
        guard !isDiscarded, pieces.isEmpty, !datagram.isEmpty else { return }
        put(datagram, from: 0, at: 0..<min(datagram.count, limit))
    }

    /// Gives the memory back. What arrives afterwards is not kept.
    mutating func discard() {
        bytes = []
        pieces = []
        isDiscarded = true
    }

    private mutating func put(_ payload: Span<UInt8>, from skipped: Int, at range: Range<Int>) {
        // The stretches that the segment touches become one with it.
        var first = 0
        while first < pieces.count, pieces[first].upperBound < range.lowerBound { first += 1 }
        var last = first
        while last < pieces.count, pieces[last].lowerBound <= range.upperBound { last += 1 }
        if first == last, pieces.count == Self.mostPieces {
            hasLoss = true
            return
        }
        let shift = skipped - range.lowerBound
        var place = range.lowerBound
        for piece in pieces[first..<last] {
            fill(place..<max(place, min(piece.lowerBound, range.upperBound)), from: payload, shift)
            place = max(place, piece.lowerBound)
            while place < min(piece.upperBound, range.upperBound) {
                if bytes[place] != payload[place + shift] { hasConflict = true }
                place += 1
            }
        }
        fill(min(place, range.upperBound)..<range.upperBound, from: payload, shift)
        var merged = range
        if first < last {
            merged =
                min(range.lowerBound, pieces[first].lowerBound)..<max(range.upperBound, pieces[last - 1].upperBound)
        }
        pieces.replaceSubrange(first..<last, with: CollectionOfOne(merged))
    }

    /// Fills a hole, or puts bytes behind the last ones.
    private mutating func fill(_ hole: Range<Int>, from payload: Span<UInt8>, _ shift: Int) {
        guard !hole.isEmpty else { return }
        guard hole.upperBound > bytes.count else {
            for place in hole { bytes[place] = payload[place + shift] }
            return
        }
        // The bytes end where the last stretch does: this hole has no end.
        if hole.upperBound > bytes.capacity {
            bytes.reserveCapacity(min(limit, max(hole.upperBound, 2 * bytes.capacity, 512)))
        }
        if hole.lowerBound > bytes.count {
            bytes.append(contentsOf: repeatElement(0, count: hole.lowerBound - bytes.count))
        }
        let source = (hole.lowerBound + shift)..<(hole.upperBound + shift)
        payload.extracting(source).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    private mutating func moveBytes(by distance: Int) {
        moves += 1
        guard !pieces.isEmpty else { return }
        pieces = pieces.compactMap {
            let lower = $0.lowerBound + distance
            return lower < limit ? lower..<min($0.upperBound + distance, limit) : nil
        }
        // The bytes end where the last stretch does.
        let end = pieces.last?.upperBound ?? 0
        var moved: [UInt8] = []
        moved.reserveCapacity(end)
        if end > 0 {
            moved.append(contentsOf: repeatElement(0, count: distance))
            moved.append(contentsOf: bytes.prefix(end - distance))
        }
        bytes = moved
    }
}
