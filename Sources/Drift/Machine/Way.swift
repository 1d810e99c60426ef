import PacketSpace

/// The packets that leave a rule or a chain by one exit, and what has been written to them by then.
struct Way: Hashable {
    /// Which packets, as they entered.
    var packets: Node
    /// Bits that were written, by level: set in these of the packets that entered. Outside `packets` they mean nothing.
    var writes: [UInt32: Node] = [:]

    static let nothing = Way(packets: .empty)
    static let everything = Way(packets: .full)
}

/// Where a packet goes on.
enum Exit: Hashable, Sendable {
    /// To the next rule.
    case onward
    /// Back to the calling chain, or to the policy.
    case back
    /// Accepted: done with the base chain.
    case accept
    /// Dropped.
    case drop
    /// Refused with an answer, in words.
    case reject(String)
    /// To something else that decides (`queue`), or takes the packet over (`synproxy`, `fwd`), in words.
    case elsewhere(String)
}

/// Something that a rule does beside deciding.
struct Event: Hashable, Sendable {
    enum Kind: String, Hashable, Sendable {
        case log, counter, object, element, copy, offload
    }
    let kind: Kind
    /// All of what is done, in words.
    let words: String
}

/// What becomes of the packets that enter a rule, a chain, or a row of them.
struct Summary {
    /// By exit; what is in none is nobody.
    var exits: [Exit: Way]
    /// Which packets, as they entered, cause something beside a verdict.
    var events: [Event: Node] = [:]

    /// Everything goes on untouched.
    static let passes = Summary(exits: [.onward: .everything])

    /// Returns the way by an exit.
    subscript(exit: Exit) -> Way { exits[exit] ?? .nothing }
}

extension PacketSpace {
    /// Joins two ways of disjoint packets.
    func join(_ one: Way, _ other: Way) throws -> Way {
        if one.packets.isEmpty { return other }
        if other.packets.isEmpty { return one }
        var writes: [UInt32: Node] = [:]
        for level in Set(one.writes.keys).union(other.writes.keys) {
            let first = try one.writes[level] ?? variable(level)
            let second = try other.writes[level] ?? variable(level)
            writes[level] = first == second ? first : try ifThenElse(one.packets, first, second)
        }
        return Way(packets: try union(one.packets, other.packets), writes: writes)
    }

    /// Returns where packets get that take one way and then another.
    func follow(_ way: Way, by next: Way) throws -> Way {
        if way.packets.isEmpty || next.packets.isEmpty { return .nothing }
        if way.writes.isEmpty {
            return Way(packets: try intersection(way.packets, next.packets), writes: next.writes)
        }
        let substitution = makeSubstitution(way.writes)
        var writes = way.writes
        for (level, node) in next.writes { writes[level] = try substitute(node, substitution) }
        return Way(
            packets: try intersection(way.packets, try substitute(next.packets, substitution)), writes: writes)
    }

    /// Returns which packets that take a way are in a set afterwards.
    func before(_ way: Way, _ set: Node) throws -> Node {
        if way.packets.isEmpty || set.isEmpty { return .empty }
        if way.writes.isEmpty { return try intersection(way.packets, set) }
        return try intersection(way.packets, try substitute(set, makeSubstitution(way.writes)))
    }

    /// Returns what becomes of packets that meet one summary and then, going on, another.
    func sequence(_ first: Summary, _ second: Summary) throws -> Summary {
        let onward = first[.onward]
        var result = first
        result.exits[.onward] = nil
        for (exit, way) in second.exits {
            result.exits[exit] = try join(result[exit], try follow(onward, by: way))
        }
        for (event, packets) in second.events {
            result.events[event] = try union(result.events[event] ?? .empty, try before(onward, packets))
        }
        return result
    }

    /// Puts summaries one behind another, as a balanced tree: the parts that are put together stay small.
    func sequence(of summaries: ArraySlice<Summary>) throws -> Summary {
        if summaries.count <= 1 { return summaries.first ?? .passes }
        let middle = summaries.startIndex + summaries.count / 2
        return try sequence(
            try sequence(of: summaries[..<middle]), try sequence(of: summaries[middle...]))
    }
}
