import Nftables
import Policy

/// A table as a generation records it: nft text, and apart from it the elements of its large sets, whose text would cost more
/// to write and to read than all else of an apply.
///
/// The elements are, for each of those sets in the order of the table, a line `NAME COUNT WIDTH` and then COUNT pairs of a
/// first and a last address, each an unsigned number of WIDTH bytes (4 or 16), the least significant first.
struct GenerationRuleset: Hashable, Sendable {
    /// Elements from which on a set is large.
    static let large = KernelDoor.manyElements

    /// The text; a large set has no elements in it.
    let text: [UInt8]
    /// The elements of large sets; empty when there is none.
    let elements: [UInt8]

    /// Takes what was read.
    init(text: [UInt8], elements: [UInt8]) {
        self.text = text
        self.elements = elements
    }

    /// Writes a table down; no table is no text.
    init(_ table: Table?) throws(TableError) {
        guard var table else {
            self.init(text: [], elements: [])
            return
        }
        var elements: [UInt8] = []
        for index in table.sets.indices where table.sets[index].content.elementCount >= Self.large {
            let name = table.sets[index].name
            switch table.sets[index].content {
            case .ipv4(let ranges):
                elements += Array("\(name) \(ranges.count) 4\n".utf8)
                ranges.withUnsafeBytes { elements += $0 }
                table.sets[index].content = .ipv4([])
            case .ipv6(let ranges):
                elements += Array("\(name) \(ranges.count) 16\n".utf8)
                ranges.withUnsafeBytes { elements += $0 }
                table.sets[index].content = .ipv6([])
            default: continue
            }
        }
        self.init(text: try table.rendered(), elements: elements)
    }

    /// SHA-256 of the text and of the elements behind it.
    var digest: String {
        var digest = Digest()
        digest.update(text)
        digest.update(elements)
        return digest.hex()
    }

    /// Why a recorded table cannot be read.
    enum Failure: Error {
        /// The text is none of portgate's.
        case text(TableParseError)
        /// The elements are not those of the text's sets.
        case elements(String)
    }

    /// Reads the table.
    func table() throws(Failure) -> Table {
        var table: Table
        do throws(TableParseError) { table = try TableParser.parse(text) } catch { throw .text(error) }
        var rest = elements[...]
        while !rest.isEmpty {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { throw .elements("a line without an end") }
            let line = String(decoding: rest[..<end], as: UTF8.self)
            let words = line.split(separator: " ")
            rest = rest[(end + 1)...]
            guard words.count == 3, let count = Int(words[1]), let width = Int(words[2]), [4, 16].contains(width),
                count > 0, count <= rest.count / (2 * width),
                let index = table.sets.firstIndex(where: { $0.name == words[0] })
            else { throw .elements("'\(line.prefix(80))' fits no set") }
            let bytes = rest.prefix(count * 2 * width)
            rest = rest.dropFirst(bytes.count)
            switch (table.sets[index].content, width) {
            case (.ipv4([]), 4):
                table.sets[index].content = .ipv4(Self.pairs(in: bytes, Range32.init))
            case (.ipv6([]), 16):
                table.sets[index].content = .ipv6(Self.pairs(in: bytes, Range128.init))
            default: throw .elements("'\(line.prefix(80))' fits no set")
            }
        }
        return table
    }

    private static func pairs<Number: FixedWidthInteger & BitwiseCopyable, Pair>(
        in bytes: ArraySlice<UInt8>, _ pair: (Number, Number) -> Pair
    ) -> [Pair] {
        let size = MemoryLayout<Number>.size
        return bytes.withUnsafeBytes { buffer in
            stride(from: 0, to: buffer.count, by: 2 * size).map { place in
                pair(
                    Number(littleEndian: buffer.loadUnaligned(fromByteOffset: place, as: Number.self)),
                    Number(littleEndian: buffer.loadUnaligned(fromByteOffset: place + size, as: Number.self)))
            }
        }
    }
}
