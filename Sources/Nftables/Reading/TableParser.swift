/// Reads the text of one table.
public enum TableParser {
    /// Reads what ``Table/rendered()`` wrote or `TZ=UTC nft -n -s list table` listed.
    ///
    /// - Throws: ``TableParseError`` when it is not the text of a table. What is a table but beyond portgate's subset becomes
    ///   ``Statement/unknown(_:)`` or a ``ForeignObject``.
    public static func parse(_ text: [UInt8]) throws(TableParseError) -> Table {
        throw TableParseError(line: 1, message: "not a table")
    }
}
