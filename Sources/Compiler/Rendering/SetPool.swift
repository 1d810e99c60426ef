import Nftables
import Policy

/// The sets of a table, named by the rule that needs them first: equal sets are one set, and a set whose content changes
/// keeps its name, so that only the elements that differ are sent to the kernel.
struct SetPool {
    /// The rule for which sets are named, as `port/rule`.
    var user = ""
    private var byName: [String: NamedSet] = [:]
    private var recent: [Fingerprint: [NamedSet]] = [:]

    /// What tells most contents apart without reading them whole.
    private struct Fingerprint: Hashable {
        let kind: UInt8
        let count: Int
        let first: UInt128
        let last: UInt128
    }

    /// The sets, sorted by name.
    var sets: [NamedSet] { byName.values.sorted { $0.name < $1.name } }

    /// Elements that a set which is filled while the gate is in force may hold.
    static let timedSize: UInt32 = 65_536

    /// Adds a set whose elements are no part of the rendering, under a name of its own.
    mutating func add(_ set: NamedSet) { byName[set.name] = set }

    /// Returns the name of the set of IPv4 addresses.
    mutating func name(_ set: IntervalSet<UInt32>) -> String {
        let print = Fingerprint(
            kind: 4, count: set.intervals.count, first: UInt128(set.intervals.first?.first ?? 0),
            last: UInt128(set.intervals.last?.last ?? 0))
        return name(.ipv4(set.intervals.map { Range32($0.first, $0.last) }), prefix: "pg_s4_", print)
    }

    /// Returns the name of the set of IPv6 addresses.
    mutating func name(_ set: IntervalSet<UInt128>) -> String {
        let print = Fingerprint(
            kind: 6, count: set.intervals.count, first: set.intervals.first?.first ?? 0,
            last: set.intervals.last?.last ?? 0)
        return name(.ipv6(set.intervals.map { Range128($0.first, $0.last) }), prefix: "pg_s6_", print)
    }

    /// Returns the name of the set of instants. A range ends with the instant at which it closes, as ``RangeTime`` means it.
    mutating func name(_ ranges: [ClockRange]) -> String {
        let print = Fingerprint(
            kind: 0, count: ranges.count, first: UInt128(truncatingIfNeeded: ranges.first?.start ?? 0),
            last: UInt128(truncatingIfNeeded: ranges.last?.end ?? 0))
        return name(.time(ranges.map { RangeTime($0.start, $0.end) }), prefix: "pg_t_", print)
    }

    private mutating func name(_ content: NamedSet.Content, prefix: String, _ print: Fingerprint) -> String {
        if let known = recent[print]?.first(where: { $0.content == content }) { return known.name }
        // A rule may need several sets of a type; the slash keeps their numbers clear of every rule's name.
        var name = prefix + user
        var number = 1
        while byName[name] != nil {
            number += 1
            name = "\(prefix)\(user)/\(number)"
        }
        let set = NamedSet(name: name, content: content)
        byName[name] = set
        recent[print, default: []].append(set)
        return name
    }
}
