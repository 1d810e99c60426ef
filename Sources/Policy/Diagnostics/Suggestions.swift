/// Finds the name that was probably meant.
public enum Suggestions {
    /// Texts longer than this are not compared: nobody meant a name by them.
    static let longest = 64
    /// At most so many candidates are looked at, so that a hostile file cannot make this slow.
    static let mostCandidates = 10_000

    /// Returns the candidate nearest to a text, or nil when none is near: a third of the longer one's letters may differ, at
    /// least one, at most three. Of equally near ones the first by bytes; a difference of case alone is nearest of all.
    public static func nearest(to text: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(text.utf8)
        guard !wanted.isEmpty, wanted.count <= longest else { return nil }
        let folded = wanted.map(lowercased)
        var best: (distance: Int, name: String)?
        for candidate in candidates.prefix(mostCandidates) {
            let name = Array(candidate.utf8)
            guard !name.isEmpty, name.count <= longest, candidate != text else { continue }
            let allowed = min(3, max(1, max(wanted.count, name.count) / 3))
            guard abs(wanted.count - name.count) <= allowed else { continue }
            let distance = distance(folded, name.map(lowercased))
            // A one-letter name is near to every other one; only a slip of case is a likely mistake there.
            guard distance <= allowed, distance < max(wanted.count, name.count) else { continue }
            if let best, (best.distance, best.name) <= (distance, candidate) { continue }
            best = (distance, candidate)
        }
        return best?.name
    }

    /// Returns the optimal string alignment distance: insertions, deletions, changes and swaps of neighbours, each 1.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in 1...left.count {
            var row = [i]
            row.reserveCapacity(right.count + 1)
            for j in 1...right.count {
                let change = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
                var cost = min(last[j] + 1, row[j - 1] + 1, change)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    cost = min(cost, beforeLast[j - 2] + 1)
                }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[right.count]
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
