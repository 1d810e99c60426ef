/// One node of a YAML document, at its place in the text. A node behind an alias keeps the place of the original.
///
/// Nodes are small (48 bytes): a policy may hold hundreds of thousands.
public struct YAMLNode: Hashable, Sendable {
    /// What a node holds.
    public enum Content: Hashable, Sendable {
        /// A value in text form.
        case scalar(YAMLScalar)
        /// A list.
        case sequence([YAMLNode])
        /// Keys and values in the order of the text, keys unique; merged ones (`<<`) stand after the written ones.
        case mapping([YAMLEntry])
    }

    /// The node as written: a scalar with its quotes, a collection from its first to its last character; no anchor, no comment.
    public let span: SourceSpan
    /// What it holds.
    public let content: Content

    /// Creates a node.
    public init(span: SourceSpan, content: Content) {
        self.span = span
        self.content = content
    }
}

/// A value in text form, never retyped: `no`, `1e3`, `0o17`, `08:00` stay the text the author wrote.
public struct YAMLScalar: Hashable, Sendable {
    /// The text; quotes and escapes are resolved, lines are folded as YAML says.
    public let text: String
    /// Whether it was written without quotes and not as a block (`|`, `>`). An absent value is plain and empty.
    public let isPlain: Bool

    /// Creates a scalar.
    public init(text: String, isPlain: Bool) {
        self.text = text
        self.isPlain = isPlain
    }

    /// Whether nothing was written, or one of the ways to say null: `~`, `null`, `Null`, `NULL`.
    public var isNull: Bool {
        guard isPlain else { return false }
        switch text {
        case "", "~", "null", "Null", "NULL": return true
        default: return false
        }
    }
}

/// One key of a mapping and its value. Keys are always scalars.
public struct YAMLEntry: Hashable, Sendable {
    /// The key's node.
    public let key: YAMLNode
    /// The value's node.
    public let value: YAMLNode

    /// Creates an entry.
    public init(key: YAMLNode, value: YAMLNode) {
        self.key = key
        self.value = value
    }
}
