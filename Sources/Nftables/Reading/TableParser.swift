/// Reads the text of one table, in one pass and in time linear in its length, whatever it holds.
public enum TableParser {
    /// Reads what ``Table/rendered()`` wrote or `TZ=UTC nft -n -s list table` listed.
    ///
    /// Of a dynamic set the elements are passed over: the kernel fills it, and it judges nothing but how much is logged.
    ///
    /// - Throws: ``TableParseError`` when it is not the text of one table of family inet. What is a table but beyond
    ///   portgate's subset becomes ``Statement/unknown(_:)`` or a ``ForeignObject``, and is never left out.
    public static func parse(_ text: [UInt8]) throws(TableParseError) -> Table {
        var scanner = TableScanner(text)
        scanner.skipSpace()
        guard scanner.take("table inet "), let name = scanner.word(), scanner.take(" {") else {
            throw TableParseError(line: scanner.line, message: "no table of family inet begins here")
        }
        var table = Table(name: name)
        while true {
            scanner.skipSpace()
            if scanner.take(UInt8(ascii: "}")) { break }
            try readItem(of: &table, &scanner)
        }
        scanner.skipSpace()
        guard scanner.isAtEnd else {
            throw TableParseError(line: scanner.line, message: "something follows the table")
        }
        return table
    }

    private static func readItem(of table: inout Table, _ scanner: inout TableScanner) throws(TableParseError) {
        let start = scanner.position
        if readKnownItem(of: &table, &scanner) { return }
        scanner.position = start
        guard let end = scanner.endOfItem() else {
            throw TableParseError(line: scanner.line, message: "what begins here does not end")
        }
        if end == start {
            throw TableParseError(line: scanner.line, message: "unexpected brace")
        }
        table.foreign.append(foreignObject(from: start, to: end, in: &scanner))
        scanner.position = end
    }

    private static func readKnownItem(of table: inout Table, _ scanner: inout TableScanner) -> Bool {
        guard let key = scanner.word(), scanner.take(UInt8(ascii: " ")) else { return false }
        switch key {
        case "comment":
            guard table.comment == nil, let comment = scanner.quoted() else { return false }
            table.comment = comment
            return scanner.byte == UInt8(ascii: "\n")
        case "flags":
            guard scanner.take("dormant"), scanner.byte == UInt8(ascii: "\n") else { return false }
            table.isDormant = true
            return true
        default: break
        }
        guard let name = scanner.word(), scanner.take(" {") else { return false }
        switch key {
        case "counter": return scanner.counter(named: name).map { table.counters.append($0) } != nil
        case "set": return scanner.set(named: name).map { table.sets.append($0) } != nil
        case "map": return scanner.map(named: name).map { table.maps.append($0) } != nil
        case "chain": return scanner.chain(named: name).map { table.chains.append($0) } != nil
        default: return false
        }
    }

    /// Takes a stretch of text as it is; the words before its first brace say what it is and its name.
    private static func foreignObject(from start: Int, to end: Int, in scanner: inout TableScanner) -> ForeignObject {
        scanner.position = start
        var words: [String] = []
        while scanner.position < end, let word = scanner.word() {
            words.append(word)
            scanner.skipBlanks()
        }
        let text = scanner.excerpt(start..<end)
        guard scanner.position < end, scanner.byte == UInt8(ascii: "{"), words.count > 1 else {
            return ForeignObject(kind: "property", name: "", text: text)
        }
        let name = words.removeLast()
        return ForeignObject(kind: words.joined(separator: " "), name: name, text: text)
    }
}
