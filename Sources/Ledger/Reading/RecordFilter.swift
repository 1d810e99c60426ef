import CLinux
import JSON
import Policy

/// Which records are shown: told by the bytes of their lines, so that a block in which nothing can match is passed over at once.
public struct RecordFilter: Sendable {
    /// What a record is asked about.
    public enum Key: String, Sendable, CaseIterable {
        /// The declared port, by its name or number.
        case port
        /// Who it was.
        case user
        /// The source, an address or a network.
        case src
        /// What was decided.
        case verdict
        /// The rule that decided.
        case rule
        /// What happened.
        case action
    }

    /// One of several texts of which a line must hold one, or a network in which its source must lie.
    private enum Condition: Sendable {
        /// Members as they are written; a number ends with a comma or a brace.
        case texts([[UInt8]])
        case networks([CIDR])
    }

    /// Why a value cannot be asked for.
    public struct Refused: Error, Hashable, Sendable {
        /// What is wrong with it.
        public let reason: String
    }

    private var wanted: [Key: [Condition]] = [:]
    private var unwanted: [Condition] = []
    /// Records from this moment on.
    public var since: LedgerTime?
    /// Records before this moment.
    public var until: LedgerTime?

    /// Creates a filter that lets everything pass.
    public init() {}

    /// Wants one of the values of a key; several values of one key are alternatives.
    public mutating func want(_ key: Key, _ value: String) throws(Refused) {
        wanted[key, default: []].append(try Self.condition(key, value))
    }

    /// Leaves out the records with a value of a key.
    public mutating func leaveOut(_ key: Key, _ value: String) throws(Refused) {
        unwanted.append(try Self.condition(key, value))
    }

    private static func condition(_ key: Key, _ value: String) throws(Refused) -> Condition {
        func member(_ name: String, _ value: String) -> [UInt8] {
            // As the records write it.
            Array("\"\(name)\":".utf8) + JSONValue.string(value).compact()
        }
        guard !value.isEmpty else { throw Refused(reason: "nothing is asked for") }
        switch key {
        case .port:
            guard let number = UInt16(value) else { return .texts([member("port", value)]) }
            return .texts(["\"dest_port\":\(number),", "\"dest_port\":\(number)}"].map { Array($0.utf8) })
        case .user: return .texts([member("user", value)])
        case .verdict: return .texts([member("verdict", value)])
        case .action: return .texts([member("action", value)])
        case .rule: return .texts([member("rule", value)])
        case .src:
            do throws(AddressError) {
                if value.utf8.contains(UInt8(ascii: "/")) { return .networks([try CIDR(parsing: value)]) }
                return .texts([member("src_ip", "\(try IPAddress(parsing: value))")])
            } catch { throw Refused(reason: error.message(for: value)) }
        }
    }

    /// Whether a block may hold a record that passes; never false when it does.
    public func mayMatch(_ block: UnsafeRawBufferPointer) -> Bool {
        wanted.values.allSatisfy { conditions in
            conditions.contains { condition in
                guard case .texts(let texts) = condition else { return true }
                return texts.contains { Self.find($0, in: block) }
            }
        }
    }

    /// Whether a record passes.
    public func matches(_ line: UnsafeRawBufferPointer) -> Bool {
        if since != nil || until != nil {
            guard let time = LedgerLeaf.time(of: line) else { return false }
            if let since, time < since { return false }
            if let until, time >= until { return false }
        }
        for conditions in wanted.values {
            guard conditions.contains(where: { Self.holds($0, line) }) else { return false }
        }
        return !unwanted.contains { Self.holds($0, line) }
    }

    private static func holds(_ condition: Condition, _ line: UnsafeRawBufferPointer) -> Bool {
        switch condition {
        case .texts(let texts): return texts.contains { member($0, of: line) != nil }
        case .networks(let networks):
            guard let address = source(of: line) else { return false }
            return networks.contains { $0.contains(address) }
        }
    }

    private static let sourceKey = Array("\"src_ip\":\"".utf8)

    private static func source(of line: UnsafeRawBufferPointer) -> IPAddress? {
        guard let start = member(sourceKey, of: line).map({ $0 + sourceKey.count }),
            let end = line[start...].firstIndex(of: UInt8(ascii: "\"")), end - start <= 45
        else { return nil }
        let text = String(decoding: line[start..<end], as: UTF8.self)
        return try? IPAddress(parsing: text)
    }

    private static func find(_ needle: [UInt8], in hay: UnsafeRawBufferPointer) -> Bool {
        place(of: needle, in: hay) != nil
    }

    private static func place(of needle: [UInt8], in hay: UnsafeRawBufferPointer, from start: Int = 0) -> Int? {
        guard let base = hay.baseAddress, start < hay.count else { return nil }
        return portgate_find(base + start, hay.count - start, needle, needle.count).map { $0 - base }
    }

    /// Where a member of the line itself begins. A member of an object within, such as the user that a client of PostgreSQL
    /// claims to be, is another one, and a text may hold anything.
    private static func member(_ needle: [UInt8], of line: UnsafeRawBufferPointer) -> Int? {
        var nesting = Nesting()
        var from = 0
        while let found = place(of: needle, in: line, from: from) {
            nesting.advance(to: found, in: line)
            if nesting.depth == 1, !nesting.isInText { return found }
            from = found + 1
        }
        return nil
    }
}

/// How deep in the objects, arrays and texts of a line a place lies.
private struct Nesting {
    private(set) var depth = 0
    private(set) var isInText = false
    private var isEscaped = false
    private var place = 0

    mutating func advance(to end: Int, in line: UnsafeRawBufferPointer) {
        for byte in line[place..<end] {
            if isEscaped {
                isEscaped = false
            } else if isInText {
                if byte == UInt8(ascii: "\"") { isInText = false }
                if byte == UInt8(ascii: "\\") { isEscaped = true }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInText = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                default: break
                }
            }
        }
        place = end
    }
}
