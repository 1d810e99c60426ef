import JSON

extension JSONValue {
    /// Creates an object of the members that are there; nil when none is. Of `more` those are left out whose key is taken.
    static func present(_ pairs: KeyValuePairs<String, JSONValue?>, and more: [JSONValue.Member] = []) -> JSONValue? {
        var members = pairs.compactMap { key, value in value.map { JSONValue.Member(key, $0) } }
        let taken = members.count
        members += more.filter { member in !members[..<taken].contains { $0.key == member.key } }
        return members.isEmpty ? nil : .object(members)
    }

    /// Text, when there is one.
    static func text(_ text: String?) -> JSONValue? { text.map { .string($0) } }

    /// A number, when there is one.
    static func number(of number: Int64?) -> JSONValue? { number.map { .number($0) } }
}
