import Foundation
import Testing

@testable import Handshake

@Suite("Recorded handshakes")
struct RecordedHandshakeTests {
    /// `Captures/facts.tsv` says what each recording tells; `PORTGATE_RECORD=1` writes it anew, and then fails.
    @Test("real connections tell what is written down")
    func facts() throws {
        let lines = Recording.all.map { recording in
            var reader = HandshakeReader()
            reader.feed(recording.pieces)
            let isFinished = reader.isFinished
            reader.end()
            let facts = reader.facts
            let protocols = [facts.client, facts.server].map { $0?.rawValue ?? "-" }.joined(separator: "/")
            let isWhole = facts.tls?.isMalformed != true && !facts.hasConflict
            return "\(recording.name)\t\(protocols)\t\(isFinished ? "finished" : "open")"
                + "\t\(isWhole ? "whole" : "malformed")\t\(facts.json)\n"
        }
        let file = Recording.folder.appending(path: "facts.tsv")
        if ProcessInfo.processInfo.environment["PORTGATE_RECORD"] == "1" {
            try lines.joined().write(to: file, atomically: true, encoding: .utf8)
            Issue.record("recorded; read what changed")
        }
        let expected = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n").filter {
            !$0.isEmpty
        }
        #expect(lines.count == expected.count)
        for (line, expected) in zip(lines, expected) { #expect(line == expected + "\n") }
    }

    @Test(
        "every prefix of a recording is read to its end and says nothing that the whole does not",
        arguments: Recording.all)
    func prefixes(recording: Recording) {
        let whole = recording.facts()
        let pieces = recording.wanted
        let sides = [Direction.client, .server].map { side in pieces.filter { $0.direction == side }.flatMap(\.bytes) }
        for count in 0...(sides.map(\.count).max() ?? 0) {
            let facts = HandshakeReader.facts(
                client: Array(sides[0].prefix(count)), server: Array(sides[1].prefix(count)))
            guard facts.tls?.ja4 == nil || facts.tls?.ja4 == whole.tls?.ja4,
                facts.tls?.isMalformed != true || whole.tls?.isMalformed == true,
                facts.tls?.clientSubject == nil || facts.tls?.clientSubject == whole.tls?.clientSubject,
                facts.postgresql?.user == nil || facts.postgresql?.user == whole.postgresql?.user, facts.isPlainText
            else {
                Issue.record("the first \(count) bytes: \(facts.json)")
                return
            }
        }
    }

    @Test("no byte that is another makes it fail", arguments: Recording.all)
    func corruptions(recording: Recording) {
        let wanted = recording.wanted
        for index in wanted.indices {
            for place in wanted[index].bytes.indices.prefix(1_000) {
                var pieces = wanted
                var bytes = wanted[index].bytes
                bytes[place] ^= [0x01, 0x80, 0xff][place % 3]
                pieces[index] = Recording.Piece(direction: wanted[index].direction, bytes: bytes)
                var reader = HandshakeReader(declared: [.known(.tls)])
                reader.feed(pieces)
                reader.end()
                guard reader.isFinished, reader.facts.isPlainText else {
                    Issue.record("byte \(place) of piece \(index): \(reader.facts.json)")
                    return
                }
            }
        }
    }

    @Test("the facts are the same whatever the segments were", arguments: Recording.all)
    func segments(recording: Recording) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SplitMix(seed: seed)
        let whole = recording.facts()
        let pieces = recording.wanted
        for round in 0..<20 {
            var reader = HandshakeReader()
            let clientStart = UInt32.random(in: 0...UInt32.max, using: &generator)
            let serverStart = UInt32.random(in: 0...UInt32.max, using: &generator)
            reader.begin(.client, synchronize: clientStart &- 1)
            reader.begin(.server, synchronize: serverStart &- 1)
            let most = [1, 3, 16, 200, 1_400][round % 5]
            var segments: [(Direction, UInt32, [UInt8])] = []
            var sides = [(Direction.client, clientStart), (.server, serverStart)]
            if pieces.last?.direction == .client { sides.reverse() }
            for (direction, start) in sides {
                let bytes = pieces.filter { $0.direction == direction }.flatMap(\.bytes)
                var place = 0
                while place < bytes.count {
                    let count = min(Int.random(in: 1...most, using: &generator), bytes.count - place)
                    let overlap = Int.random(in: 0...min(place, 5), using: &generator)
                    segments.append(
                        (
                            direction, start &+ UInt32(place - overlap),
                            Array(bytes[(place - overlap)..<(place + count)])
                        ))
                    if Int.random(in: 0..<10, using: &generator) == 0, let last = segments.last {
                        segments.append(last)
                    }
                    place += count
                }
            }
            // What was said last answers the rest, and comes after it. More holes than a head keeps are a loss.
            var end = segments.count - 1
            // That it comes twice does not let it come earlier.
            while end > 0, segments[end - 1] == segments[end] { end -= 1 }
            if end <= StreamHead.mostPieces {
                segments[..<max(end, 0)].shuffle(using: &generator)
            } else {
                for index in stride(from: 0, to: end - 4, by: 4) {
                    segments[index..<(index + 4)].shuffle(using: &generator)
                }
            }
            for (direction, sequence, bytes) in segments {
                reader.take(direction, sequence: sequence, payload: bytes)
            }
            reader.end()
            #expect(reader.facts == whole, "seed \(seed)")
        }
    }
}

extension HandshakeFacts {
    /// Whether the texts are what they promise: valid JSON without control characters, and bounded.
    var isPlainText: Bool {
        var bytes: [UInt8] = Array("{".utf8)
        appendMembers(to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        return !bytes.contains { $0 < 0x20 || $0 == 0x7f } && String(validating: bytes, as: UTF8.self) != nil
            && bytes.count < 20_000 && (try? JSONSerialization.jsonObject(with: Data(bytes))) != nil
    }
}
