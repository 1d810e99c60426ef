/// The declarations of one section, from all files: names, places, and what stands under them.
struct Declarations {
    /// One declaration.
    struct Entry {
        let name: Name
        let span: SourceSpan
        let node: YAMLNode
    }

    /// What the section declares, for messages: `network`.
    let what: String
    /// The declarations in the order of the files; a name's first only.
    private(set) var entries: [Entry] = []
    private var index: [String: Int] = [:]

    /// Creates an empty section.
    init(_ what: String) { self.what = what }

    /// Adds a declaration, or returns the finding that its name is taken.
    mutating func add(_ name: Name, at span: SourceSpan, _ node: YAMLNode) -> Diagnostic? {
        if let first = index[name.text] {
            return .duplicate(what, name.text, at: span, first: entries[first].span)
        }
        index[name.text] = entries.count
        entries.append(Entry(name: name, span: span, node: node))
        return nil
    }

    /// Returns the declaration of a name.
    subscript(name: String) -> Entry? { index[name].map { entries[$0] } }

    /// The declared names in order.
    var names: some Sequence<String> { entries.lazy.map(\.name.text) }
}
