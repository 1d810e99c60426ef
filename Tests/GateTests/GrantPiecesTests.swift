import Policy
import TestSupport
import Testing

@testable import Gate

/// Overlapping grants become disjoint pieces that give every address the longest time it has.
@Suite("GrantPieces")
struct GrantPiecesTests {
    private typealias Pieces = GrantPieces<UInt8>

    private static func words(_ parts: [(Interval<UInt8>, UInt64)]) -> String {
        Pieces(parts).pieces.map { "\($0.interval.first)-\($0.interval.last):\($0.remaining)" }.joined(separator: " ")
    }

    @Test("overlaps are cut, the longer time counts, and equal neighbours are one")
    func shapes() {
        #expect(Self.words([]) == "")
        #expect(Self.words([(Interval(0, 255), 5)]) == "0-255:5")
        #expect(Self.words([(Interval(0, 15), 5), (Interval(4, 7), 9)]) == "0-3:5 4-7:9 8-15:5")
        #expect(Self.words([(Interval(0, 15), 9), (Interval(4, 7), 5)]) == "0-15:9")
        #expect(Self.words([(Interval(0, 7), 5), (Interval(8, 15), 5)]) == "0-15:5")
        #expect(Self.words([(Interval(0, 7), 5), (Interval(8, 15), 6)]) == "0-7:5 8-15:6")
        #expect(Self.words([(Interval(9, 9), 1), (Interval(9, 9), 2)]) == "9-9:2")
    }

    @Test("F06: what has no time left is no piece, so that nothing ever becomes an element without an end")
    func f06() {
        #expect(Self.words([(Interval(0, 7), 0)]) == "")
        #expect(Self.words([(Interval(0, 7), 0), (Interval(8, 9), 2)]) == "8-9:2")
        // Neighbours of different ends are never fused: the short one keeps its own.
        #expect(
            Pieces([(Interval(0, 0), 2_000), (Interval(1, 1), 3_600_000)]).elements.map(\.timeoutMilliseconds) == [
                2_000, 3_600_000,
            ])
    }

    @Test("every address has the longest time that any grant gives it, decided apart for each", arguments: 0..<400)
    func brute(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed) &+ 77)
        let parts = (0..<Int.random(in: 0...12, using: &random)).map { _ in
            (
                Interval(UInt8.random(in: 0...255, using: &random), UInt8.random(in: 0...255, using: &random)),
                UInt64.random(in: 0...4, using: &random)
            )
        }
        let pieces = Pieces(parts).pieces
        for address in UInt8.min...UInt8.max {
            let wanted = parts.filter { $0.0.first <= address && address <= $0.0.last }.map(\.1).max() ?? 0
            let found = pieces.filter { $0.interval.first <= address && address <= $0.interval.last }
            #expect(found.count == (wanted == 0 ? 0 : 1))
            #expect(found.first?.remaining ?? 0 == wanted, "seed \(seed), address \(address)")
        }
        for (left, right) in zip(pieces, pieces.dropFirst()) {
            #expect(left.interval.last < right.interval.first)
            #expect(left.interval.last + 1 < right.interval.first || left.remaining != right.remaining)
        }
    }
}
