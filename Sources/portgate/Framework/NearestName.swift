/// The name that was probably meant.
enum NearestName {
    /// Returns the candidate with the least edit distance (insert, delete, replace, swap neighbours), when it is near
    /// enough to be a slip: one for up to 3 bytes, two for up to 7, three above. Nil for a very long text.
    static func to(_ text: String, among candidates: [String]) -> String? {
        let wanted = Array(text.utf8)
        guard (1...64).contains(wanted.count) else { return nil }
        let allowed = wanted.count <= 3 ? 1 : wanted.count <= 7 ? 2 : 3
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(wanted, Array(candidate.utf8))
            if distance <= allowed, distance < best?.distance ?? Int.max { best = (candidate, distance) }
        }
        if let best { return best.name }
        // A word cut short (`comp`) has one completion, or is no hint.
        let completions = candidates.filter { wanted.count >= 2 && $0.hasPrefix(text) }
        return completions.count == 1 ? completions[0] : nil
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var older: [Int] = []
        var previous = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let same = left[row] == right[column]
                var cost = min(previous[column] + (same ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, older[column - 1] + 1)
                }
                current.append(cost)
            }
            (older, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
