import Nftables
import TestSupport
import Testing

@Suite("Reading hostile text")
struct TableParserHostileTests {
    /// Every byte that is no space means something: with one changed, a table is another table, or none.
    @Test("a byte that is replaced never goes unnoticed", arguments: 0..<40)
    func replacedByte(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var generator = TableGenerator(seed: seed)
        let table = generator.next()
        let text = try table.rendered()
        for _ in 0..<200 {
            var changed = text
            let position = Int.random(in: text.indices, using: &random)
            let byte = UInt8.random(in: 0x21...0x7e, using: &random)
            guard text[position] > 0x20, text[position] != byte else { continue }
            changed[position] = byte
            let read = try? TableParser.parse(changed)
            let around = String(
                decoding: changed[max(0, position - 60)..<min(changed.count, position + 60)], as: UTF8.self)
            #expect(read != table, "byte \(position), \(text[position]) replaced by \(byte): \(around)")
        }
    }

    @Test("text that is cut, repeated, spliced or garbled is read as something or refused", arguments: 0..<40)
    func garbled(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var generator = TableGenerator(seed: seed)
        let text = try generator.next().rendered()
        let other = try generator.next().rendered()
        for _ in 0..<150 {
            var garbled = text
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let start = Int.random(in: 0...garbled.count, using: &random)
                let end = Int.random(in: start...min(garbled.count, start + 300), using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: garbled.removeSubrange(start..<end)
                case 1: garbled.insert(contentsOf: garbled[start..<end], at: start)
                case 2: garbled.insert(contentsOf: other.dropFirst(start).prefix(end - start), at: start)
                case 3: garbled.insert(UInt8.random(in: 0...255, using: &random), at: start)
                default:
                    let pieces = [
                        "{", "}", "\"", "\n", "::", "-", "/", "99999999999999999999", " comment \"", "elements = {",
                    ]
                    garbled.insert(contentsOf: Array(random.pick(pieces).utf8), at: start)
                }
            }
            // A table that was read can be changed into another one, whatever it holds.
            guard let read = try? TableParser.parse(garbled), read.name == "portgate" else { continue }
            let batches = try Table(name: "portgate").transition(from: read)
            #expect(batches.isEmpty == (read == Table(name: "portgate")))
        }
    }

    @Test(
        "text that repeats one thing a hundred thousand times is read to its end", .timeLimit(.minutes(10)),
        arguments: [
            "{", "}", "\"", "\n", "a {", "set x {\n", "chain x {\n", "elements = { ", ":", "\t\taccept \"\n",
            "\tset x {\n\t\ttype ipv4_addr\n\t}\n", "\tchain x {\n\t\t\"\n", "comment \"",
        ])
    func repetition(piece: String) {
        let text = Array(("table inet portgate {\n" + String(repeating: piece, count: 100_000)).utf8)
        // Whether it is a table or not does not matter here; that it ends does.
        switch Result(catching: { () throws(TableParseError) in try TableParser.parse(text) }) {
        case .success(let table): #expect(table.name == "portgate")
        case .failure(let error): #expect(!"\(error)".isEmpty)
        }
    }

    @Test("an unknown text of any length is told by its hash")
    func longText() throws {
        func table(_ last: String) throws -> Table {
            let rule = "ip saddr { " + String(repeating: "10.0.0.1, ", count: 1000) + last + " } accept"
            return try TableParser.parse(Array("table inet portgate {\n\tchain pg_x {\n\t\t\(rule)\n\t}\n}\n".utf8))
        }
        #expect(try table("10.0.0.2") != table("10.0.0.3"))
        #expect(try table("10.0.0.2") == table("10.0.0.2"))
    }
}
