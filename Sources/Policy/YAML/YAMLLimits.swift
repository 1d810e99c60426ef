/// Bounds on what a YAML document may cost. Input is hostile until proved otherwise.
public struct YAMLLimits: Hashable, Sendable {
    /// The largest document, in bytes.
    public var bytes: Int
    /// The deepest nesting of lists and mappings, aliases expanded.
    public var depth: Int
    /// The most nodes, aliases expanded.
    public var nodes: Int
    /// The most anchors.
    public var anchors: Int

    /// Creates bounds; the defaults are 64 MiB, 64 levels, 4 million nodes and 100,000 anchors.
    public init(bytes: Int = 64 << 20, depth: Int = 64, nodes: Int = 4_000_000, anchors: Int = 100_000) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
        self.anchors = anchors
    }
}
