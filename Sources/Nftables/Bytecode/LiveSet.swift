/// A set or a map.
public struct LiveSet: Hashable, Sendable {
    /// NFT_SET_* flags.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt32

        /// Creates flags of any bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Written by nft for a rule.
        public static let anonymous = Flags(rawValue: 0x1)
        /// Elements do not change while a rule refers to it.
        public static let constant = Flags(rawValue: 0x2)
        /// Elements are ends of intervals.
        public static let interval = Flags(rawValue: 0x4)
        /// Elements carry data.
        public static let map = Flags(rawValue: 0x8)
        /// Elements may time out.
        public static let timeout = Flags(rawValue: 0x10)
        /// Rules write elements (NFT_SET_EVAL).
        public static let dynamic = Flags(rawValue: 0x20)
        /// Elements carry objects.
        public static let object = Flags(rawValue: 0x40)
        /// Keys are concatenations.
        public static let concatenation = Flags(rawValue: 0x80)
        /// Elements carry expressions.
        public static let expression = Flags(rawValue: 0x100)
    }

    /// What a key leads to beside being there.
    public struct Detail: Hashable, Sendable {
        /// The verdict of a verdict map.
        public var verdict: LiveVerdict?
        /// The data of a map, as in a register.
        public var data: [UInt8]?
        /// The object of an object map.
        public var object: String?
        /// The life of the element in milliseconds, and what is left of it.
        public var timeoutMilliseconds: UInt64?
        /// Milliseconds until it is gone.
        public var remainingMilliseconds: UInt64?
        /// What the element does when it is looked up (counters, limits).
        public var expressions: [LiveExpression]
        /// The comment, from NFTA_SET_ELEM_USERDATA.
        public var comment: String?

        /// Creates what belongs to a key.
        public init(
            verdict: LiveVerdict? = nil, data: [UInt8]? = nil, object: String? = nil,
            timeoutMilliseconds: UInt64? = nil, remainingMilliseconds: UInt64? = nil,
            expressions: [LiveExpression] = [], comment: String? = nil
        ) {
            self.verdict = verdict
            self.data = data
            self.object = object
            self.timeoutMilliseconds = timeoutMilliseconds
            self.remainingMilliseconds = remainingMilliseconds
            self.expressions = expressions
            self.comment = comment
        }

        /// Whether there is nothing beside the key.
        public var isEmpty: Bool { self == Detail() }
    }

    /// The elements of a set in flat arrays: millions of them must fit.
    public struct Elements: Hashable, Sendable {
        /// The length of a key in bytes, as in registers; at least 1.
        public let keyLength: Int
        /// The keys, one behind another, in the order of the dump. A catch-all element has zeros here.
        public var keys: [UInt8]
        /// The greatest keys of a concatenation's boxes (NFTA_SET_ELEM_KEY_END), as long as `keys`; empty when no element
        /// has one. An element without one has its key here.
        public var keyEnds: [UInt8]
        /// For each element NFT_SET_ELEM_*: 1 the end of an interval (exclusive), 2 catch-all.
        public var flags: [UInt8]
        /// What belongs to the keys that have more, by the element's index.
        public var details: [Int: Detail]

        /// Creates a set's elements, none of them.
        public init(keyLength: Int) {
            self.keyLength = max(1, keyLength)
            keys = []
            keyEnds = []
            flags = []
            details = [:]
        }

        /// How many there are, the ends of intervals among them.
        public var count: Int { flags.count }

        /// Returns the key of an element.
        public func key(at index: Int) -> ArraySlice<UInt8> { keys[index * keyLength..<(index + 1) * keyLength] }

        /// Returns the greatest key of a box; the key itself when it is none.
        public func keyEnd(at index: Int) -> ArraySlice<UInt8> {
            keyEnds.isEmpty ? key(at: index) : keyEnds[index * keyLength..<(index + 1) * keyLength]
        }

        /// Adds an element. The key is cut, or filled with zeros, to the length of the set's keys.
        public mutating func append(
            key: some Collection<UInt8>, end: (some Collection<UInt8>)? = [UInt8]?.none, flags: UInt8 = 0,
            detail: Detail? = nil
        ) {
            if let end {
                if keyEnds.isEmpty { keyEnds = keys }
                Self.fill(&keyEnds, end, keyLength)
            } else if !keyEnds.isEmpty {
                Self.fill(&keyEnds, key, keyLength)
            }
            Self.fill(&keys, key, keyLength)
            if let detail, !detail.isEmpty { details[self.flags.count] = detail }
            self.flags.append(flags)
        }

        private static func fill(_ array: inout [UInt8], _ bytes: some Collection<UInt8>, _ length: Int) {
            let before = array.count
            array.append(contentsOf: bytes.prefix(length))
            while array.count < before + length { array.append(0) }
        }
    }

    /// The name.
    public var name: String
    /// The handle.
    public var handle: UInt64
    /// What it is.
    public var flags: Flags
    /// nft's number of the key's type (NFTA_SET_KEY_TYPE); no meaning to the kernel.
    public var keyType: UInt32
    /// The length of a key in bytes.
    public var keyLength: Int
    /// The lengths in bytes of a concatenation's fields (NFTA_SET_FIELD_LEN), each of which fills whole 4-byte registers; empty
    /// when the kernel was not told: then it is one field.
    public var fieldLengths: [Int]
    /// The type of a map's data (NFTA_SET_DATA_TYPE); 0xffffff00 is a verdict.
    public var dataType: UInt32
    /// The length of a map's data in bytes.
    public var dataLength: Int
    /// The type of an object map's objects.
    public var objectType: UInt32
    /// The life of an element in milliseconds, unless it states its own; 0 is for ever.
    public var timeoutMilliseconds: UInt64
    /// The greatest number of elements; 0 when it is not bounded.
    public var size: UInt32
    /// The comment, from NFTA_SET_USERDATA.
    public var comment: String?
    /// The elements.
    public var elements: Elements
    /// Whether the elements could not be read, and why; nil when they could.
    public var unreadElements: String?

    /// Creates a set without elements.
    public init(
        name: String, handle: UInt64 = 0, flags: Flags = [], keyType: UInt32 = 0, keyLength: Int,
        fieldLengths: [Int] = [], dataType: UInt32 = 0, dataLength: Int = 0, objectType: UInt32 = 0,
        timeoutMilliseconds: UInt64 = 0, size: UInt32 = 0, comment: String? = nil
    ) {
        self.name = name
        self.handle = handle
        self.flags = flags
        self.keyType = keyType
        self.keyLength = keyLength
        self.fieldLengths = fieldLengths
        self.dataType = dataType
        self.dataLength = dataLength
        self.objectType = objectType
        self.timeoutMilliseconds = timeoutMilliseconds
        self.size = size
        self.comment = comment
        elements = Elements(keyLength: keyLength)
    }

    /// NFT_DATA_VERDICT: the data type of a verdict map.
    public static let verdictType: UInt32 = 0xffff_ff00
    /// Whether its elements are verdicts.
    public var isVerdictMap: Bool { flags.contains(.map) && dataType == Self.verdictType }
}
