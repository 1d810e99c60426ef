public import Nftables

/// One way in which two tables differ, named by the object that does.
public struct TableDeviation: Hashable, Sendable, CustomStringConvertible {
    /// The object, as `chain pg_p_orders-db`.
    public let object: String
    /// What is different about it.
    public let what: String

    /// The object and what is different about it.
    public var description: String { "\(object): \(what)" }

    /// Creates a difference.
    public init(_ object: String, _ what: String) {
        self.object = object
        self.what = what
    }

    /// Returns every object in which `found` is not what `expected` says. Empty exactly when both are equal.
    public static func between(expected: Table?, found: Table?) -> [TableDeviation] {
        guard expected != found else { return [] }
        guard let expected else { return [TableDeviation("table inet portgate", "is there, and should not be")] }
        guard let found else { return [TableDeviation("table inet portgate", "is missing")] }
        var all: [TableDeviation] = []
        if found.isDormant != expected.isDormant {
            let what = found.isDormant ? "is dormant: it judges nothing" : "is awake"
            all.append(TableDeviation("table inet portgate", what))
        }
        if found.name != expected.name { all.append(TableDeviation("table", "is named \(found.name)")) }
        if found.comment != expected.comment {
            all.append(TableDeviation("table inet portgate", "its comment differs"))
        }
        all += compare("chain", expected.chains, found.chains, name: \.name, difference: chainDifference)
        all += compare("set", expected.sets, found.sets, name: \.name, difference: setDifference)
        all += compare("map", expected.maps, found.maps, name: \.name) { expected, found in
            let missing = Set(expected.elements).subtracting(found.elements).count
            let extra = Set(found.elements).subtracting(expected.elements).count
            return "\(extra) elements more, \(missing) elements less"
        }
        all += compare("counter", expected.counters, found.counters, name: \.name) { _, _ in "its comment differs" }
        let known = Set(expected.foreign)
        for object in found.foreign where !known.contains(object) {
            all.append(TableDeviation("\(object.kind) \(object.name)", "is there, and is nothing that portgate writes"))
        }
        // Whatever the objects do not show (their order) must not be lost.
        if all.isEmpty { all.append(TableDeviation("table inet portgate", "its objects stand in another order")) }
        return all
    }

    /// Returns the objects that are neither what was recorded nor what an interrupted change meant them to become: another
    /// hand's. What the interrupted change left behind is its own.
    static func foreign(recorded: Table?, interrupted: Table?, found: Table?) -> [TableDeviation] {
        guard let interrupted, found != nil else { return between(expected: recorded, found: found) }
        let all = between(expected: recorded ?? Table(name: "portgate"), found: found)
        let unmeant = Set(between(expected: interrupted, found: found).map(\.object))
        return all.filter { unmeant.contains($0.object) }
    }

    private static func compare<Object: Hashable>(
        _ kind: String, _ expected: [Object], _ found: [Object], name: (Object) -> String,
        difference: (_ expected: Object, _ found: Object) -> String
    ) -> [TableDeviation] {
        let live = Dictionary(found.map { (name($0), $0) }, uniquingKeysWith: { first, _ in first })
        let known = Set(expected.map(name))
        var all: [TableDeviation] = []
        for object in expected {
            guard let other = live[name(object)] else {
                all.append(TableDeviation("\(kind) \(name(object))", "is missing"))
                continue
            }
            if other != object {
                all.append(TableDeviation("\(kind) \(name(object))", difference(object, other)))
            }
        }
        for object in found where !known.contains(name(object)) {
            all.append(TableDeviation("\(kind) \(name(object))", "is there, and should not be"))
        }
        return all
    }

    private static func chainDifference(_ expected: Chain, _ found: Chain) -> String {
        if expected.hook != found.hook { return "its hook, priority or policy differs" }
        for (index, rule) in expected.rules.enumerated() {
            guard index < found.rules.count else {
                return "ends after rule \(found.rules.count) of \(expected.rules.count)"
            }
            if found.rules[index] == rule { continue }
            let only = found.rules[index].statements == rule.statements ? "the comment of rule" : "rule"
            return "\(only) \(index + 1) differs (\(found.rules.count) rules, \(expected.rules.count) expected)"
        }
        return "\(found.rules.count - expected.rules.count) rules too many at its end"
    }

    private static func setDifference(_ expected: NamedSet, _ found: NamedSet) -> String {
        switch (expected.content, found.content) {
        case (.ipv4(let expected), .ipv4(let found)): elementDifference(expected, found)
        case (.ipv6(let expected), .ipv6(let found)): elementDifference(expected, found)
        case (.time(let expected), .time(let found)): elementDifference(expected, found)
        case (.dynamic, .dynamic), (.timed, .timed), (.connections, .connections), (.timedProtocols, .timedProtocols):
            "its size, time-out or comment differs"
        default: "it holds something else"
        }
    }

    private static func elementDifference<Element: Hashable>(_ expected: [Element], _ found: [Element]) -> String {
        let missing = Set(expected).subtracting(found).count
        let extra = Set(found).subtracting(expected).count
        return missing == 0 && extra == 0 ? "its comment differs" : "\(extra) elements more, \(missing) elements less"
    }
}
