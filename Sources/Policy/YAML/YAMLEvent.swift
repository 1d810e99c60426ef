/// What stands before a node: its anchor and whether it has a tag.
struct YAMLProperties: Hashable, Sendable {
    let anchor: String?
    let isTagged: Bool

    var isEmpty: Bool { anchor == nil && !isTagged }
}

/// One step through a document, as libyaml's event parser takes them.
///
/// `start` stands at a node's anchor or tag when it has one.
enum YAMLEvent: Sendable {
    case documentStart(at: YAMLMark)
    case alias(name: String, start: YAMLMark, end: YAMLMark)
    case scalar(YAMLScalar, YAMLProperties, start: YAMLMark, end: YAMLMark)
    case sequenceStart(YAMLProperties, start: YAMLMark)
    case mappingStart(YAMLProperties, start: YAMLMark)
    /// The end of a list or mapping. `end` is past the closing bracket, or nil for a block, which ends with its last node.
    case collectionEnd(end: YAMLMark?)
    case streamEnd
    /// Start of the stream, end of a document: nothing to build.
    case nothing
}
