import Compiler
import Nftables
import Policy

/// What a table takes for granted of the host it stands on, read from the table itself: live, declared or recorded.
struct IdentityClaims: Hashable, Sendable {
    /// A set of the ids of one cgroup.
    struct ControlGroup: Hashable, Sendable {
        let set: String
        /// Below the unified hierarchy, without a leading slash.
        var path: String
        /// The identity it belongs to.
        var identity: String { IdentityFacts.identity(ofSet: set) }
    }

    /// A name that became a number.
    struct Account: Hashable, Sendable {
        let kind: ResolvedAccount.Kind
        let name: String
        let number: UInt32
    }

    /// Addresses that a rule takes from one interface only; nil for any address of the family.
    struct Way: Hashable, Sendable {
        let interface: String
        /// `port/rule`.
        let rule: String
        /// Whether a hardware address tells them, not the interface alone.
        let isNeighbour: Bool
        var v4: IntervalSet<UInt32>
        var v6: IntervalSet<UInt128>
    }

    var controlGroups: [ControlGroup] = []
    var accounts: [Account] = []
    /// Interfaces whose addresses WireGuard vouches for.
    var wireguard: Set<String> = []
    /// What rules take from named interfaces.
    var ways: [Way] = []

    /// Reads a table.
    init(_ table: Table?) {
        guard let table else { return }
        for chain in table.chains where chain.hook == nil {
            // While a change waits for its confirmation, two generations stand side by side, each with facts of its own.
            var known: [String: Int] = [:]
            for rule in chain.rules {
                if rule.statements == [.verdict(.return)], let fact = rule.comment { take(fact, &known) }
                if let way = Self.way(rule, in: table), !ways.contains(way) { ways.append(way) }
            }
        }
    }

    private mutating func take(_ fact: String, _ known: inout [String: Int]) {
        if let (set, part) = IdentityFacts.cgroup(in: fact) {
            if let index = known[set] {
                controlGroups[index].path += part
            } else if !controlGroups.contains(where: { $0.set == set }) {
                known[set] = controlGroups.count
                controlGroups.append(ControlGroup(set: set, path: part))
            }
        } else if fact.hasPrefix(IdentityFacts.wireguard) {
            wireguard.insert(String(fact.dropFirst(IdentityFacts.wireguard.count)))
        } else if fact.hasPrefix(IdentityFacts.account) {
            let words = fact.dropFirst(IdentityFacts.account.count).split(separator: " ")
            guard words.count == 3, let kind = ResolvedAccount.Kind(rawValue: String(words[0])),
                let number = UInt32(words[2])
            else { return }
            // A machine account ends with a dollar sign, which comments cannot hold.
            let name = words[1].hasSuffix("?") ? words[1].dropLast() + "$" : words[1]
            let account = Account(kind: kind, name: String(name), number: number)
            if !accounts.contains(account) { accounts.append(account) }
        }
    }

    /// Returns what a rule takes from an interface, or nil when it does not ask for one.
    private static func way(_ rule: Rule, in table: Table) -> Way? {
        var interface: String?
        guard
            rule.statements.contains(where: {
                if case .inputInterface(let name, negated: false) = $0 { name != "lo" } else { false }
            })
        else { return nil }
        var v4: IntervalSet<UInt32>?
        var v6: IntervalSet<UInt128>?
        var isNeighbour = false
        for statement in rule.statements {
            switch statement {
            case .inputInterface(let name, negated: false) where name != "lo": interface = name
            case .linkAddress: isNeighbour = true
            case .sourceInSet(_, let set):
                switch table.sets.first(where: { $0.name == set })?.content {
                case .ipv4(let ranges): v4 = IntervalSet(ranges.map { Interval($0.first, $0.last) })
                case .ipv6(let ranges): v6 = IntervalSet(ranges.map { Interval($0.first, $0.last) })
                default: continue
                }
            default: continue
            }
        }
        guard let interface else { return nil }
        let place = rule.comment.map { String($0.prefix { $0 != " " }) } ?? ""
        let takesAny = v4 == nil && v6 == nil
        return Way(
            interface: interface, rule: place, isNeighbour: isNeighbour, v4: v4 ?? (takesAny ? .full : .empty),
            v6: v6 ?? (takesAny ? .full : .empty))
    }
}
