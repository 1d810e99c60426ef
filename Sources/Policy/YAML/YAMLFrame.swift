/// A list or mapping that is being read.
struct YAMLFrame {
    enum Kind {
        case sequence
        case mapping
    }

    /// Mappings with more keys than this keep a table of them.
    private static let linearKeys = 12

    let kind: Kind
    let anchor: String?
    let start: YAMLMark
    /// Nodes of the document before this one.
    let countBefore: Int
    private(set) var items: [YAMLNode] = []
    private(set) var entries: [YAMLEntry] = []
    /// The greatest height of a child.
    private(set) var height = 0
    /// Where the last child ends in the text.
    private(set) var lastEnd: YAMLMark?
    private var key: YAMLNode?
    private var keys: [String: Int] = [:]
    private var mergeKey: YAMLNode?
    private var merges: [YAMLNode] = []

    init(kind: Kind, anchor: String?, start: YAMLMark, countBefore: Int) {
        self.kind = kind
        self.anchor = anchor
        self.start = start
        self.countBefore = countBefore
    }

    /// Takes the next child: an item, a key or the value of the key before.
    mutating func take(_ node: YAMLNode, height childHeight: Int, writtenEnd: YAMLMark, _ findings: inout YAMLFindings)
    {
        height = max(height, childHeight)
        lastEnd = writtenEnd
        switch kind {
        case .sequence:
            items.append(node)
        case .mapping:
            guard let key else {
                key = node
                return
            }
            self.key = nil
            add(key, node, &findings)
        }
    }

    private mutating func add(_ key: YAMLNode, _ value: YAMLNode, _ findings: inout YAMLFindings) {
        guard case .scalar(let scalar) = key.content else {
            findings.add(.nonScalarKey(at: key.span))
            return
        }
        if scalar.isPlain, scalar.text == "<<" {
            if let first = mergeKey {
                findings.add(.secondMergeKey(at: key.span, first: first.span))
            } else {
                mergeKey = key
                merges = sources(value, &findings)
            }
            return
        }
        if let first = index(of: scalar.text) {
            findings.add(.duplicateKey(scalar.text, at: key.span, first: entries[first].key.span))
            return
        }
        append(YAMLEntry(key: key, value: value), scalar.text)
    }

    private mutating func append(_ entry: YAMLEntry, _ text: String) {
        entries.append(entry)
        if entries.count > Self.linearKeys + 1 {
            keys[text] = entries.count - 1
        } else if entries.count == Self.linearKeys + 1 {
            for (index, entry) in entries.enumerated() {
                if case .scalar(let scalar) = entry.key.content { keys[scalar.text] = index }
            }
        }
    }

    private func index(of text: String) -> Int? {
        guard entries.count <= Self.linearKeys else { return keys[text] }
        return entries.firstIndex { entry in
            if case .scalar(let scalar) = entry.key.content { scalar.text == text } else { false }
        }
    }

    /// Returns the mappings that a merge key names.
    private func sources(_ value: YAMLNode, _ findings: inout YAMLFindings) -> [YAMLNode] {
        switch value.content {
        case .mapping:
            return [value]
        case .sequence(let nodes):
            return nodes.filter { node in
                if case .mapping = node.content { return true }
                findings.add(.mergeOfNonMapping(at: node.span))
                return false
            }
        case .scalar:
            findings.add(.mergeOfNonMapping(at: value.span))
            return []
        }
    }

    /// Adds the entries of merged mappings: a written key wins over a merged one, an earlier mapping over a later.
    mutating func merge() {
        for merge in merges {
            guard case .mapping(let merged) = merge.content else { continue }
            for entry in merged {
                guard case .scalar(let scalar) = entry.key.content, index(of: scalar.text) == nil else { continue }
                append(entry, scalar.text)
            }
        }
        merges = []
    }
}
