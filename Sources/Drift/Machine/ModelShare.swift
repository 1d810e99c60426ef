public import Nftables

/// How much of a ruleset the judge models exactly; the rest becomes predicates of which both answers are looked at.
public struct ModelShare: Hashable, Sendable {
    /// All expressions of all rules.
    public private(set) var expressions = 0
    /// Those that are not modelled exactly, by what they are, with how many there are.
    public private(set) var opaque: [String: Int] = [:]

    /// Counts the expressions of a ruleset.
    public init(of ruleset: LiveRuleset) {
        for table in ruleset.tables {
            for rule in table.chains.flatMap(\.rules) {
                for expression in rule.expressions {
                    expressions += 1
                    if let name = Self.opaque(expression, in: table) { opaque[name, default: 0] += 1 }
                }
            }
        }
    }

    /// The part that is modelled exactly, 0...1.
    public var exact: Double {
        expressions == 0 ? 1 : 1 - Double(opaque.values.reduce(0, +)) / Double(expressions)
    }

    /// What an expression is when it is not modelled exactly; nil when it is.
    private static func opaque(_ expression: LiveExpression, in table: LiveTable) -> String? {
        switch expression {
        case .limit: "limit"
        case .quota: "quota"
        case .connectionLimit: "ct count"
        case .number: "numgen"
        case .hash: "hash"
        case .meta(MetaKey.random.rawValue, _): "meta random"
        case .meta(let key, _): MetaLayout.width(of: key) == nil ? "meta \(key)" : nil
        case .connection(let key, _, _): ConnectionLayout.width(of: key, family: .v4) == nil ? "ct \(key)" : nil
        case .extensionHeader: "extension header or option"
        case .socket: "socket"
        case .routing: "rt"
        case .ipsec: "ipsec"
        case .systemFingerprint: "osf"
        case .tunnel: "tunnel"
        case .dynamicSet: "set filled while it is used"
        case .lookup(let name, _, _, _), .objectOf(let name, _):
            lookup(name, in: table)
        case .object(let type, _): type == 2 ? "quota" : type == 4 ? "limit" : type == 5 ? "ct count" : nil
        case .queue: "queue"
        case .synproxy: "synproxy"
        case .forward: "fwd"
        case .transparentProxy: "tproxy"
        case .match(let name, _, _): name == "comment" ? nil : "xt match \(name)"
        case .target(let name, _, _): "xt target \(name)"
        case .unknown(let name, _): "expression \(name)"
        default: nil
        }
    }

    private static func lookup(_ name: String, in table: LiveTable) -> String? {
        guard let set = table.sets.first(where: { $0.name == name }) else { return "set that is not there" }
        return isRead(set) ? nil : "set filled while it is used"
    }

    private static func isRead(_ set: LiveSet) -> Bool {
        !set.flags.contains(.dynamic) && SetContents(set) != nil
    }
}
