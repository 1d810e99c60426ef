public import JSON

/// A record that portgate writes about itself: a moment, an action, and what belongs to it. Every line of a ledger begins with the
/// same two members, so that these are found without reading the others.
public struct LedgerLeaf: Hashable, Sendable {
    /// When it was written.
    public let time: LedgerTime
    /// What happened.
    public let action: String
    /// The other members, in their order.
    public let members: [JSONValue.Member]

    /// Creates a record; members whose value is nil are left out.
    public init(_ time: LedgerTime, _ action: String, _ members: KeyValuePairs<String, JSONValue?> = [:]) {
        self.time = time
        self.action = action
        self.members = members.compactMap { key, value in value.map { JSONValue.Member(key, $0) } }
    }

    /// The line, without its end.
    public var bytes: [UInt8] {
        JSONValue.object(
            [.init("timestamp", .string(time.description)), .init("action", .string(action))] + members
        ).compact()
    }

    // Every line begins so: 14 bytes, the moment, 12 bytes, the action.
    private static let opening = Array(#"{"timestamp":""#.utf8)
    private static let middle = Array(#"","action":""#.utf8)
    private static let actionStart = opening.count + LedgerTime.byteCount + middle.count

    /// Whether a line has an action; looks at no more than where it would stand.
    static func has(_ action: [UInt8], _ line: UnsafeRawBufferPointer) -> Bool {
        let end = actionStart + action.count
        guard line.count > end, line[end] == UInt8(ascii: "\"") else { return false }
        let place = UnsafeRawBufferPointer(rebasing: line[actionStart..<end])
        return place.elementsEqual(action)
    }

    /// Whether a line has one of the actions that a verifier minds.
    static func isOwn(_ line: UnsafeRawBufferPointer) -> Bool {
        guard line.count > actionStart else { return false }
        // Most lines are of connections: their actions begin with other letters, or are told by the second.
        switch line[actionStart] {
        case UInt8(ascii: "k"), UInt8(ascii: "t"), UInt8(ascii: "s"), UInt8(ascii: "h"), UInt8(ascii: "l"),
            UInt8(ascii: "r"):
            return minded.contains { has($0, line) }
        default: return false
        }
    }

    private static let minded = [
        LedgerAction.created, LedgerAction.keyRotation, LedgerAction.tornTail, LedgerAction.sealed,
        LedgerAction.started, LedgerAction.stopped, LedgerAction.heartbeat, LedgerAction.retention,
    ].map { Array($0.utf8) }

    /// Reads a line; nil when it is none that portgate writes about itself.
    public init?(_ line: UnsafeRawBufferPointer) {
        guard case .object(let members)? = try? JSONReader.value(of: Array(line)), members.count >= 2,
            members[0].key == "timestamp", let time = members[0].value.text.flatMap({ LedgerTime($0) }),
            members[1].key == "action", let action = members[1].value.text
        else { return nil }
        self.time = time
        self.action = action
        self.members = Array(members.dropFirst(2))
    }

    /// The value of a member.
    public subscript(key: String) -> JSONValue? { members.first { $0.key == key }?.value }
}

/// The actions that a verifier minds.
enum LedgerAction {
    static let created = "ledger-created"
    static let keyRotation = "key-rotation"
    static let tornTail = "torn-tail"
    static let sealed = "sealed"
    static let started = "started"
    static let stopped = "stopped"
    static let heartbeat = "heartbeat"
    static let retention = "retention"
}

extension LedgerLeaf {
    /// Creates a record.
    public init(time: LedgerTime, action: String, members: [JSONValue.Member]) {
        self.time = time
        self.action = action
        self.members = members
    }
}

extension LedgerLeaf {
    /// The time at which a line begins, when it begins with one.
    static func time(of line: UnsafeRawBufferPointer) -> LedgerTime? {
        guard line.count >= opening.count + LedgerTime.byteCount, line.prefix(opening.count).elementsEqual(opening)
        else {
            return nil
        }
        return LedgerTime(
            UnsafeRawBufferPointer(rebasing: line[opening.count..<(opening.count + LedgerTime.byteCount)]))
    }
}
