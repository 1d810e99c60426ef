/// Where a tile lies (C2SP tlog-tiles): `tile/LEVEL/NUMBER`, the number in groups of three digits of which all but the last have an `x`
/// before them, and `.p/WIDTH` behind it when the tile is not full.
enum TilePath {
    /// The path of a tile of hashes.
    static func hashes(level: Int, number: UInt64, width: Int) -> String { path("tile/\(level)", number, width) }

    /// The path of a bundle of entries.
    static func entries(number: UInt64, width: Int) -> String { path("tile/entries", number, width) }

    private static func path(_ folder: String, _ number: UInt64, _ width: Int) -> String {
        var groups = [digits(number % 1_000)]
        var rest = number / 1_000
        while rest > 0 {
            groups.append("x" + digits(rest % 1_000))
            rest /= 1_000
        }
        let name = groups.reversed().joined(separator: "/")
        return "\(folder)/\(name)" + (width < TileExport.width ? ".p/\(width)" : "")
    }

    private static func digits(_ number: UInt64) -> String {
        let text = String(number)
        return String(repeating: "0", count: 3 - text.utf8.count) + text
    }
}
