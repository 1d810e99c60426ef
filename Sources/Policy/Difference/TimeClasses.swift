/// The points of a time line that lie in at least one of some sets, divided by which of them they lie in.
struct TimeClasses: Sendable {
    /// For each class, whether it lies in each of the sets.
    private(set) var membership: [[Bool]] = []
    /// For each class, its points.
    private(set) var points: [TimeSet] = []

    /// Divides the line; nil when that would take more than `budget` steps, which are taken from it.
    init?(of sets: [TimeSet], on line: TimeLine, budget: inout Int) {
        if sets.allSatisfy({ $0 == line.always }) {
            membership = [sets.map { _ in true }]
            points = [line.always]
            return
        }
        if sets.count == 1 {
            // Outside of it nothing is let in by either side.
            membership = [[true]]
            points = sets
            return
        }
        var bounds: Set<Int64> = Set(line.always.bounds)
        for set in sets { bounds.formUnion(set.bounds) }
        let cuts = bounds.sorted()
        budget -= cuts.count * (sets.count + 4)
        guard budget > 0 else { return nil }
        var known: [[Bool]: Int] = [:]
        var parts: [[(Int64, Int64)]] = []
        var positions = [Int](repeating: 0, count: sets.count)
        var inside = [Bool](repeating: false, count: sets.count)
        for (from, to) in zip(cuts, cuts.dropFirst()) {
            for index in sets.indices {
                while positions[index] < sets[index].bounds.count, sets[index].bounds[positions[index]] <= from {
                    positions[index] += 1
                }
                inside[index] = !positions[index].isMultiple(of: 2)
            }
            if let number = known[inside] {
                parts[number].append((from, to))
            } else {
                known[inside] = parts.count
                membership.append(inside)
                parts.append([(from, to)])
            }
        }
        points = parts.map { TimeSet(merging: $0) }
    }
}
