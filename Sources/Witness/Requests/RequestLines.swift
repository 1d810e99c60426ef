import Ledger

/// The lines of a request's body, one behind the other; what is no line is an error with its number.
struct RequestLines {
    private let bytes: [UInt8]
    private var place = 0
    /// The number of the line that comes next, from 1.
    private(set) var number = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next line without its end.
    mutating func next(_ what: String) throws(RequestFailure) -> ArraySlice<UInt8> {
        guard let end = bytes[place...].firstIndex(of: 10) else {
            throw RequestFailure(line: number, "the request ends within it or before it; \(what) is expected")
        }
        defer {
            place = end + 1
            number += 1
        }
        return bytes[place..<end]
    }

    /// What no line was taken of.
    var rest: [UInt8] { Array(bytes[place...]) }

    /// Reads `old N`, in decimal without leading zeros.
    mutating func oldSize() throws(RequestFailure) -> UInt64 {
        let line = String(decoding: try next("'old' and a size"), as: UTF8.self)
        guard line.hasPrefix("old "), let size = UInt64(line.dropFirst(4)), "old \(size)" == line else {
            throw RequestFailure(
                line: number - 1, "write 'old', one space, and the size that was signed last in decimal")
        }
        return size
    }

    /// Reads hashes in base64, a line each, and the empty line behind them.
    mutating func hashes() throws(RequestFailure) -> [MerkleHash] {
        var hashes: [MerkleHash] = []
        while true {
            let line = try next("a hash, or an empty line")
            if line.isEmpty { return hashes }
            guard hashes.count < AddCheckpointRequest.mostProofLines else {
                throw RequestFailure(
                    line: number - 1, "a proof has at most \(AddCheckpointRequest.mostProofLines) hashes")
            }
            let text = String(decoding: line, as: UTF8.self)
            guard let bytes = Base64.decode(text[...]), let hash = MerkleHash(bytes: bytes) else {
                throw RequestFailure(line: number - 1, "write the base64 of a hash of \(MerkleHash.byteCount) bytes")
            }
            hashes.append(hash)
        }
    }

    /// Reads what is left as a signed checkpoint.
    func checkpoint() throws(RequestFailure) -> (note: SignedNote, checkpoint: Checkpoint) {
        let note: SignedNote
        do throws(NoteFailure) { note = try SignedNote(rest) } catch {
            throw RequestFailure("what begins with line \(number) is no signed checkpoint: \(error)")
        }
        guard let checkpoint = Checkpoint(note.text) else {
            throw RequestFailure(
                "what begins with line \(number) is no checkpoint: a log's name, its size in decimal, and the base64 of its root"
            )
        }
        return (note, checkpoint)
    }

    /// The line of a hash, with its end.
    static func line(_ hash: MerkleHash) -> String { "\(Base64.encode(hash.bytes))\n" }
}
