/// The findings of one reading, bounded: a hostile file may hold a million mistakes.
struct Findings {
    /// What was found, in the order of finding.
    private(set) var all: [Diagnostic] = []
    /// Findings beyond the bound.
    private(set) var leftOut = 0
    /// The bound.
    let most: Int

    /// Creates an empty collection.
    init(most: Int) { self.most = most }

    /// Adds a finding.
    mutating func add(_ finding: Diagnostic) {
        guard all.count < most else {
            leftOut += 1
            return
        }
        all.append(finding)
    }

    /// Adds what a reader of one file found.
    mutating func add(contentsOf found: [Diagnostic]) { for finding in found { add(finding) } }

    /// Whether an error is among them.
    var haveErrors: Bool { leftOut > 0 || all.contains { $0.severity == .error } }

    /// Returns the findings in the order of file, line and column; those without a place come first.
    func sorted() -> [Diagnostic] {
        let order = all.indices.sorted { left, right in
            let (a, b) = (all[left], all[right])
            switch (a.span, b.span) {
            case (nil, nil): return left < right
            case (nil, _): return true
            case (_, nil): return false
            case (let first?, let second?):
                let place = (first.file, first.line, first.column)
                let other = (second.file, second.line, second.column)
                return place == other ? (a.code, left) < (b.code, right) : place < other
            }
        }
        var result = order.map { all[$0] }
        if leftOut > 0 { result.append(.findingsLeftOut(leftOut)) }
        return result
    }
}
