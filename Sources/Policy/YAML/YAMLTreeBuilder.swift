/// Builds nodes from events: resolves aliases and merge keys, finds duplicate keys, counts what it makes.
///
/// Nesting is kept on a stack of its own, never on the machine's.
struct YAMLTreeBuilder {
    /// An anchored node, what it counts and how deep it nests.
    private struct Anchored {
        let node: YAMLNode
        let count: Int
        let height: Int
    }

    /// Nothing more can be said about the document.
    struct Stopped: Error {}

    private let file: UInt32
    private let limits: YAMLLimits
    private var stack: [YAMLFrame] = []
    private var anchors: [String: Anchored] = [:]
    private var count = 0
    private var cursor: TextCursor
    private(set) var root: YAMLNode?
    private var documentSeen = false
    private var findings: YAMLFindings
    /// Whether an alias led nowhere, so that the tree is not what the author meant.
    private(set) var isBroken = false
    /// The last quoted text that runs over several lines: a forgotten closing quote shows long after it.
    private(set) var lastLongQuote: SourceSpan?

    init(input: UnsafeBufferPointer<UInt8>, file: UInt32, limits: YAMLLimits) {
        cursor = TextCursor(input)
        self.file = file
        self.limits = limits
        findings = YAMLFindings()
    }

    var diagnostics: [Diagnostic] { findings.diagnostics }

    /// Where the innermost list or mapping that is not finished begins.
    var innermostStart: YAMLMark? { stack.last?.start }

    /// Takes one event.
    mutating func take(_ event: YAMLEvent) throws(Stopped) {
        switch event {
        case .documentStart(let place):
            guard !documentSeen else {
                findings.add(
                    .secondDocument(at: SourceSpan(file: file, line: place.line, column: place.column, length: 3)))
                throw Stopped()
            }
            documentSeen = true
        case .scalar(let scalar, let properties, let start, let end):
            var start = start
            if !properties.isEmpty {
                start = content(
                    after: properties, from: start, isEmpty: scalar.isPlain && scalar.text.isEmpty, end: end)
            }
            let span = SourceSpan(file: file, start, end)
            if !scalar.isPlain, start.line != end.line { lastLongQuote = span }
            let node = YAMLNode(span: span, content: .scalar(scalar))
            try counted(1, at: span)
            if let anchor = properties.anchor {
                try remember(anchor, Anchored(node: node, count: 1, height: 0))
            }
            place(node, height: 0)
        case .sequenceStart(let properties, let start):
            try open(.sequence, properties, start)
        case .mappingStart(let properties, let start):
            try open(.mapping, properties, start)
        case .collectionEnd(let end):
            try close(end)
        case .alias(let name, let start, let end):
            try takeAlias(name, SourceSpan(file: file, start, end))
        case .streamEnd, .nothing:
            break
        }
    }

    private mutating func content(
        after properties: YAMLProperties, from start: YAMLMark, isEmpty: Bool, end: YAMLMark
    ) -> YAMLMark {
        let (content, tag) = cursor.skipProperties(from: start)
        if properties.isTagged {
            let place = tag ?? start
            findings.add(.tag(at: SourceSpan(file: file, line: place.line, column: place.column)))
        }
        return isEmpty ? end : content
    }

    private mutating func counted(_ more: Int, at span: SourceSpan) throws(Stopped) {
        let (sum, overflow) = count.addingReportingOverflow(more)
        count = overflow ? Int.max : sum
        guard count <= limits.nodes else {
            findings.add(.tooManyNodes(limit: limits.nodes, byAlias: more > 1, at: span))
            throw Stopped()
        }
    }

    private mutating func open(
        _ kind: YAMLFrame.Kind, _ properties: YAMLProperties, _ start: YAMLMark
    ) throws(Stopped) {
        var start = start
        if !properties.isEmpty { start = content(after: properties, from: start, isEmpty: false, end: start) }
        let span = SourceSpan(file: file, line: start.line, column: start.column)
        guard stack.count < limits.depth else {
            findings.add(.tooDeep(limit: limits.depth, at: span))
            throw Stopped()
        }
        try counted(1, at: span)
        stack.append(YAMLFrame(kind: kind, anchor: properties.anchor, start: start, countBefore: count - 1))
    }

    private mutating func close(_ end: YAMLMark?) throws(Stopped) {
        guard var frame = stack.popLast() else { return }
        frame.merge()
        let last = frame.lastEnd ?? YAMLMark(line: frame.start.line, column: frame.start.column + 1)
        let span = SourceSpan(file: file, frame.start, end ?? last)
        let content: YAMLNode.Content =
            switch frame.kind {
            case .sequence: .sequence(frame.items)
            case .mapping: .mapping(frame.entries)
            }
        let node = YAMLNode(span: span, content: content)
        let height = frame.height + 1
        if let anchor = frame.anchor {
            try remember(anchor, Anchored(node: node, count: count - frame.countBefore, height: height))
        }
        place(node, height: height)
    }

    private mutating func remember(_ anchor: String, _ anchored: Anchored) throws(Stopped) {
        anchors[anchor] = anchored
        guard anchors.count <= limits.anchors else {
            findings.add(.tooManyAnchors(limit: limits.anchors, at: anchored.node.span))
            throw Stopped()
        }
    }

    private mutating func takeAlias(_ name: String, _ span: SourceSpan) throws(Stopped) {
        if let open = stack.last(where: { $0.anchor == name }) {
            findings.add(
                .recursiveAlias(
                    name, at: span, anchor: SourceSpan(file: file, line: open.start.line, column: open.start.column)))
            isBroken = true
            place(YAMLNode(span: span, content: .scalar(YAMLScalar(text: "", isPlain: true))), height: 0)
            return
        }
        guard let anchored = anchors[name] else {
            findings.add(.undefinedAlias(name, at: span, known: Array(anchors.keys)))
            isBroken = true
            place(YAMLNode(span: span, content: .scalar(YAMLScalar(text: "", isPlain: true))), height: 0)
            return
        }
        try counted(anchored.count, at: span)
        guard stack.count + anchored.height <= limits.depth else {
            findings.add(.tooDeep(limit: limits.depth, at: span))
            throw Stopped()
        }
        place(anchored.node, height: anchored.height, writtenEnd: span.end)
    }

    /// Puts a finished node where it belongs.
    private mutating func place(_ node: YAMLNode, height: Int, writtenEnd: YAMLMark? = nil) {
        guard !stack.isEmpty else {
            root = node
            return
        }
        stack[stack.count - 1].take(node, height: height, writtenEnd: writtenEnd ?? node.span.end, &findings)
    }
}
