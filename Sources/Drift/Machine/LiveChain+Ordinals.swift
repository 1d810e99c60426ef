import Nftables

extension LiveChain {
    /// For each expression of each rule, how many equal ones stand before it in the chain, itself counted: two limits of the same
    /// words have a state each. Where that makes no difference it is 0.
    var ordinals: [[Int]] {
        var counts: [LiveExpression: Int] = [:]
        return rules.map { rule in
            rule.expressions.map { expression in
                guard expression.hasState else { return 0 }
                counts[expression, default: 0] += 1
                return counts[expression] ?? 1
            }
        }
    }
}

extension LiveExpression {
    /// Whether two evaluations of equal expressions may have different results for the same packet.
    fileprivate var hasState: Bool {
        switch self {
        case .limit, .quota, .connectionLimit, .object, .number, .match, .target, .unknown, .nat, .redirect,
            .transparentProxy, .lookup, .compare, .range, .dynamicSet:
            true
        case .meta(let key, _): key == MetaKey.random.rawValue
        default: false
        }
    }
}
