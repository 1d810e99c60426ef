import JSON

/// A line of the ledger, read once for every format.
struct ExportedRecord {
    /// The line itself.
    let line: [UInt8]
    /// Its index in the log.
    let leaf: UInt64
    /// Its leaf hash in hexadecimal digits.
    let hash: String

    /// When it was.
    let time: Moment
    /// What happened.
    let action: String
    /// The same when it is about a connection; nil of what portgate writes about itself.
    let access: AccessAction?
    /// What is told of the connection.
    let connection: ConnectionFacts
    /// Members without a place of their own, in the record's order.
    let rest: [JSONValue.Member]

    /// Reads a line.
    init(_ line: [UInt8], leaf: UInt64, hash: String) throws(ExportFailure) {
        let value: JSONValue
        do throws(JSONReader.Malformed) { value = try JSONReader.value(of: line) } catch {
            throw .notJSON(error.reason)
        }
        guard var members = MemberReader(value) else { throw .notJSON("no object") }
        guard Self.holdsOnlyPlainNumbers(value) else { throw .notJSON("a number begins with a needless zero") }
        guard let time = try members.text("timestamp", as: { Moment($0) }) else { throw .missing("timestamp") }
        guard let action = try members.text("action") else { throw .missing("action") }
        self.line = line
        self.leaf = leaf
        self.hash = hash
        self.time = time
        self.action = action
        access = AccessAction(rawValue: action)
        connection = access == nil ? .none : try ConnectionFacts(taking: &members)
        rest = members.rest
    }

    /// The application's protocol, as far as the first bytes told it.
    var application: String? {
        func tells(_ key: String) -> Bool { rest.contains { $0.key == key } }
        guard access != nil else { return nil }
        if tells("postgresql") { return "postgresql" }
        if connection.http != nil { return "http" }
        if tells("ssh") { return "ssh" }
        return connection.tls == nil ? nil : "tls"
    }

    /// Numbers that are no whole ones are written as they were read, so they must be JSON: the reader takes `01.5`.
    private static func holdsOnlyPlainNumbers(_ value: JSONValue) -> Bool {
        switch value {
        case .decimal(let text):
            let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
            guard digits.first == UInt8(ascii: "0"), let second = digits.dropFirst().first else { return true }
            return !(0x30...0x39).contains(second)
        case .array(let elements): return elements.allSatisfy { holdsOnlyPlainNumbers($0) }
        case .object(let members): return members.allSatisfy { holdsOnlyPlainNumbers($0.value) }
        case .null, .bool, .number, .string: return true
        }
    }
}
