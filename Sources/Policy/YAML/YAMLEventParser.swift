import CYAML

/// The owner of one libyaml parser (`yaml_parser_t`). The input must outlive it.
struct YAMLEventParser: ~Copyable {
    // libyaml keeps a pointer to the parser in the parser itself, so it may not move: both live on the heap.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let event: UnsafeMutablePointer<yaml_event_t>

    /// Creates a parser of UTF-8 text without byte order mark, or nil when there is no memory for one.
    init?(input: UnsafeBufferPointer<UInt8>) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            return nil
        }
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        let event = UnsafeMutablePointer<yaml_event_t>.allocate(capacity: 1)
        event.initialize(to: yaml_event_t())
        self.parser = parser
        self.event = event
    }

    deinit {
        event.deallocate()
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// Takes the next step (`yaml_parser_parse`).
    mutating func next() throws(YAMLSyntaxProblem) -> YAMLEvent {
        guard yaml_parser_parse(parser, event) == 1 else { throw problem() }
        defer { yaml_event_delete(event) }
        let start = YAMLMark(event.pointee.start_mark)
        let end = YAMLMark(event.pointee.end_mark)
        switch event.pointee.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.pointee.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            return .scalar(
                YAMLScalar(text: text, isPlain: isPlain),
                YAMLProperties(anchor: Self.text(scalar.anchor), isTagged: scalar.tag != nil), start: start, end: end)
        case YAML_ALIAS_EVENT:
            return .alias(name: Self.text(event.pointee.data.alias.anchor) ?? "", start: start, end: end)
        case YAML_SEQUENCE_START_EVENT:
            let sequence = event.pointee.data.sequence_start
            return .sequenceStart(
                YAMLProperties(anchor: Self.text(sequence.anchor), isTagged: sequence.tag != nil), start: start)
        case YAML_MAPPING_START_EVENT:
            let mapping = event.pointee.data.mapping_start
            return .mappingStart(
                YAMLProperties(anchor: Self.text(mapping.anchor), isTagged: mapping.tag != nil), start: start)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            // A closing bracket has a width; the end of a block has none.
            return .collectionEnd(end: start == end ? nil : end)
        case YAML_DOCUMENT_START_EVENT:
            return .documentStart(at: start)
        case YAML_STREAM_END_EVENT:
            return .streamEnd
        default:
            return .nothing
        }
    }

    private func problem() -> YAMLSyntaxProblem {
        YAMLSyntaxProblem(
            problem: parser.pointee.problem.map { String(cString: $0) } ?? "",
            place: YAMLMark(parser.pointee.problem_mark),
            context: parser.pointee.context.map { String(cString: $0) } ?? "",
            contextPlace: YAMLMark(parser.pointee.context_mark),
            isOutOfMemory: parser.pointee.error == YAML_MEMORY_ERROR)
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}

extension YAMLMark {
    /// Creates a place from libyaml's mark, which counts lines and columns from 0, columns in characters.
    fileprivate init(_ mark: yaml_mark_t) {
        line = UInt32(clamping: mark.line &+ 1)
        column = UInt32(clamping: mark.column &+ 1)
    }
}
