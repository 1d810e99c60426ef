/// A verdict map keyed on transport protocol and port: `type inet_proto . inet_service : verdict`, with `flags interval` where
/// it takes ranges. The kernel finds a port by hashing where there are none, and among ranges the slower the more there are.
public struct VerdictMap: Hashable, Sendable {
    /// One element.
    public struct Element: Hashable, Sendable {
        /// The IANA protocol number.
        public var transport: UInt8
        /// The least port.
        public var first: UInt16
        /// The greatest port.
        public var last: UInt16
        /// The verdict, a `goto` or a `jump`.
        public var verdict: Verdict

        /// Creates an element.
        public init(transport: UInt8, first: UInt16, last: UInt16, verdict: Verdict) {
            self.transport = transport
            self.first = first
            self.last = last
            self.verdict = verdict
        }
    }

    /// The name.
    public var name: String
    /// The elements, sorted by protocol and port, disjoint.
    public var elements: [Element]
    /// Whether elements may be ranges of more than one port.
    public var takesRanges: Bool

    /// Creates a map.
    public init(name: String, elements: [Element], takesRanges: Bool = true) {
        self.name = name
        self.elements = elements
        self.takesRanges = takesRanges
    }
}
