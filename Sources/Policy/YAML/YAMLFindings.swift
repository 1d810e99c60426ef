/// The findings of reading one document, not more than a person would read.
struct YAMLFindings {
    /// Findings reported one by one; what is above is counted.
    static let most = 100

    private var list: [Diagnostic] = []
    private var left = 0

    mutating func add(_ diagnostic: Diagnostic) {
        if list.count < Self.most { list.append(diagnostic) } else { left += 1 }
    }

    /// The findings in the order they were made.
    var diagnostics: [Diagnostic] {
        guard left > 0, var last = list.last else { return list }
        last.notes.append(Diagnostic.Note("and \(left) more in this file"))
        return list.dropLast() + [last]
    }
}
