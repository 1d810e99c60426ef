import Nftables

/// Reads a rendering back and compares it with what was meant.
enum ReadBack {
    /// Says in what the text differs from the table, or returns nil when it says the same.
    static func difference(of text: [UInt8], from table: Table) -> String? {
        let read: Table
        do {
            read = try TableParser.parse(text)
        } catch {
            return "it cannot be read back (\(error))"
        }
        return read == table ? nil : firstDifference(read, table)
    }

    /// Names the first object in which two tables differ.
    static func firstDifference(_ read: Table, _ meant: Table) -> String {
        name("set", read.sets, meant.sets, \.name) ?? name("map", read.maps, meant.maps, \.name)
            ?? name("counter", read.counters, meant.counters, \.name)
            ?? name("chain", read.chains, meant.chains, \.name) ?? "the table itself"
    }

    private static func name<Object: Hashable>(
        _ kind: String, _ read: [Object], _ meant: [Object], _ name: KeyPath<Object, String>
    ) -> String? {
        let there = Set(read)
        if let missing = meant.first(where: { !there.contains($0) }) { return "\(kind) \(missing[keyPath: name])" }
        let wanted = Set(meant)
        if let extra = read.first(where: { !wanted.contains($0) }) { return "\(kind) \(extra[keyPath: name])" }
        return nil
    }
}
