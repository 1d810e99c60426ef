public import Policy

/// What sessions prove by the rules in force: read from the kernel, because only what is live counts.
public struct SessionScope: Hashable, Sendable {
    /// An identity that a session proves.
    public struct Entry: Hashable, Sendable {
        /// The identity.
        public let identity: Name
        /// The account whose sessions prove it.
        public let user: String
        /// The rules that ask for it, as `port/rule`.
        public var rules: [String]

        /// Creates an entry.
        public init(identity: Name, user: String, rules: [String] = []) {
            self.identity = identity
            self.user = user
            self.rules = rules
        }

        /// The sets in which its sources stand, by family.
        var sets: [SetHandle] { [set(isIPv6: false), set(isIPv6: true)] }

        /// The set of a family.
        func set(isIPv6: Bool) -> SetHandle {
            SetHandle("pg_i\(isIPv6 ? 6 : 4)_\(identity)", key: isIPv6 ? .ipv6 : .ipv4, isInterval: false)
        }
    }

    /// The identities in the order of their names.
    public let entries: [Entry]

    /// Creates a scope.
    public init(entries: [Entry]) { self.entries = entries.sorted { $0.identity < $1.identity } }

    /// Reads the facts of a table (`session IDENTITY user USER`) and where its rules ask for those identities.
    init(rules: [LiveRule]) {
        var found: [Entry] = []
        for rule in rules where rule.chain == "pg_about" {
            guard let entry = Self.entry(fact: rule.comment), !found.contains(where: { $0.identity == entry.identity })
            else { continue }
            found.append(entry)
        }
        for index in found.indices {
            let names = found[index].sets.map { Array($0.name.utf8) + [0] }
            var known: Set<String> = []
            for rule in rules where !rule.comment.isEmpty && names.contains(where: { rule.mentions($0) }) {
                let name = String(rule.comment.prefix { $0 != " " })
                // What stands for a whole port, as the rules of its answers, is no rule of the policy.
                if name.contains("/"), known.insert(name).inserted { found[index].rules.append(name) }
            }
        }
        self.init(entries: found)
    }

    /// Reads the facts alone.
    init(facts: [String]) { self.init(entries: facts.compactMap(Self.entry)) }

    private static func entry(fact: String) -> Entry? {
        let words = fact.split(separator: " ")
        guard words.count == 4, words[0] == "session", words[2] == "user", let identity = Name(words[1]) else {
            return nil
        }
        return Entry(identity: identity, user: String(words[3]))
    }

    /// Returns what the sessions of an account prove.
    func of(user: String) -> [Entry] { entries.filter { $0.user == user } }

    /// Reads the scope of the live table; nil when there is no table.
    public static func live() throws(GateFailure) -> SessionScope? {
        do throws(NetlinkSocket.Failure) {
            for _ in 0..<6 {
                do throws(NetlinkSocket.Failure) {
                    var query = try NetfilterQuery()
                    guard try query.hasTable("portgate") else { return nil }
                    return SessionScope(rules: try query.rules(table: "portgate"))
                } catch {
                    if error != .interrupted { throw error }
                }
            }
            throw .interrupted
        } catch { throw .kernelUnreadable(error.words) }
    }
}
