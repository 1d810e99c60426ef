public import Nftables

extension StateDirectory {
    /// Reads the table of a generation from its recorded text, which must read as exactly what portgate renders.
    public func table(of record: GenerationRecord) throws(GateFailure) -> Table {
        let text = try ruleset(of: record)
        let path = "\(folder(of: record.number))/ruleset.nft"
        do throws(TableParseError) { return try TableParser.parse(text) } catch {
            throw .stateDamaged(path, "it cannot be read: \(error)")
        }
    }
}
