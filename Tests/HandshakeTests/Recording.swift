import Foundation

@testable import Handshake

/// A connection of `Captures/handshakes.tsv`: what real programs said to each other.
struct Recording: CustomStringConvertible, Sendable {
    /// What one side said at once.
    struct Piece: Sendable {
        let direction: Direction
        let bytes: [UInt8]
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Captures")
    static let all: [Recording] = lines(of: "handshakes.tsv").map { fields in
        Recording(
            name: fields[0],
            pieces: fields[1].split(separator: " ").map {
                Piece(direction: $0.first == "c" ? .client : .server, bytes: hexadecimal($0.dropFirst()))
            })
    }

    let name: String
    let pieces: [Piece]
    var description: String { name }

    /// The pieces up to the one behind which no more are wanted.
    var wanted: [Piece] {
        var count = 1
        while count < pieces.count {
            var reader = HandshakeReader()
            reader.feed(Array(pieces.prefix(count)))
            if reader.isFinished { break }
            count += 1
        }
        return Array(pieces.prefix(count))
    }

    /// Everything that one side said.
    func bytes(_ direction: Direction) -> [UInt8] {
        pieces.filter { $0.direction == direction }.flatMap(\.bytes)
    }

    static func named(_ name: String) -> Recording {
        guard let recording = all.first(where: { $0.name == name }) else { fatalError("no recording \(name)") }
        return recording
    }

    /// The fields of each line of a file that is no comment.
    static func lines(of file: String) -> [[String]] {
        guard let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8) else {
            fatalError("no \(file)")
        }
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.components(separatedBy: "\t") }
    }

    /// Reads the whole as it was recorded, and ends.
    func facts(declared: [DeclaredRequest] = []) -> HandshakeFacts {
        var reader = HandshakeReader(declared: declared)
        reader.feed(pieces)
        reader.end()
        return reader.facts
    }
}

extension HandshakeReader {
    /// Feeds pieces in order, the client from 1000 on, the server from 5000 on.
    mutating func feed(_ pieces: [Recording.Piece]) {
        begin(.client, synchronize: 999)
        begin(.server, synchronize: 4_999)
        var next: [Direction: UInt32] = [.client: 1_000, .server: 5_000]
        for piece in pieces {
            take(piece.direction, sequence: next[piece.direction, default: 0], payload: piece.bytes)
            next[piece.direction, default: 0] &+= UInt32(piece.bytes.count)
        }
    }

    /// Reads what the two sides said.
    static func facts(client: [UInt8], server: [UInt8] = [], declared: [DeclaredRequest] = []) -> HandshakeFacts {
        var reader = HandshakeReader(declared: declared)
        reader.feed([
            Recording.Piece(direction: .client, bytes: client), Recording.Piece(direction: .server, bytes: server),
        ])
        reader.end()
        return reader.facts
    }
}

extension HandshakeFacts {
    /// The members as JSON.
    var json: String {
        var bytes: [UInt8] = []
        appendMembers(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Returns the bytes of hexadecimal digits; what is no digit is ignored.
func hexadecimal(_ text: some StringProtocol) -> [UInt8] {
    let digits = text.utf8.compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
