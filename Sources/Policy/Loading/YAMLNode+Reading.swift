/// Lenient access to nodes that ``ShapeChecker`` has seen: what does not fit has been reported there.
extension YAMLNode {
    /// The text of a scalar; nil when nothing is written, or `~` or `null` without quotes.
    var text: String? {
        if case .scalar(let scalar) = content, !scalar.isNull { scalar.text } else { nil }
    }

    /// Whether the node is a text in quotes, or a block.
    var isQuoted: Bool {
        if case .scalar(let scalar) = content { !scalar.isPlain } else { false }
    }

    /// The entries of a list; a scalar or a mapping counts as a list of itself.
    var items: [YAMLNode] {
        if case .sequence(let items) = content { items } else { [self] }
    }

    /// The entries of a mapping.
    var entries: [YAMLEntry] {
        if case .mapping(let entries) = content { entries } else { [] }
    }

    /// Returns the value of a key.
    subscript(key: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key.text == key }?.value
    }

    /// What the node is, for messages.
    var kindInWords: String {
        switch content {
        case .scalar(let scalar) where scalar.isNull || scalar.text.isEmpty: scalar.isPlain ? "empty" : "an empty text"
        case .scalar(let scalar): "the text '\(scalar.text.quoted)'"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
