import PacketSpace

/// What it means to get to the end of a chain.
struct ChainEnd: Hashable {
    /// The exit of the packets that get there.
    let exit: Exit
    /// The exits that come to the same.
    let others: [Exit]

    /// Of a chain that rules lead to: packets go on behind the rule.
    static let onward = ChainEnd(exit: .onward, others: [])
    /// Of a base chain, by its policy.
    static let accept = ChainEnd(exit: .accept, others: [.back])
    static let drop = ChainEnd(exit: .drop, others: [.back])
}

extension PacketSpace {
    /// How many steps a chain may be folded by rule: beyond them nothing is gained by it.
    private static let mostSteps = 2_000_000

    /// Puts rules one behind another that write nothing.
    ///
    /// From the last to the first: of each exit is known by then which packets take it from here on, so that a rule costs what it
    /// takes away from them. What only gets to the end is worked out last. Of rules that concern most packets much is taken away by
    /// each: after ``mostSteps`` the others are put together first.
    func fold(_ rules: [Summary], to end: ChainEnd) throws -> Summary {
        var exits: [(exit: Exit, packets: Node)] = []
        var events: [(event: Event, packets: Node)] = []
        let first = steps
        var index = rules.count
        while index > 0, steps - first < Self.mostSteps {
            index -= 1
            let onward = rules[index][.onward].packets
            if onward.isFull, rules[index].events.isEmpty { continue }
            for place in exits.indices { exits[place].packets = try intersection(onward, exits[place].packets) }
            for place in events.indices { events[place].packets = try intersection(onward, events[place].packets) }
            for (exit, way) in rules[index].exits
            where exit != .onward && exit != end.exit && !end.others.contains(exit) {
                let place = exits.firstIndex { $0.exit == exit } ?? exits.endIndex
                if place == exits.endIndex { exits.append((exit, .empty)) }
                exits[place].packets = try union(exits[place].packets, way.packets)
            }
            for (event, packets) in rules[index].events {
                let place = events.firstIndex { $0.event == event } ?? events.endIndex
                if place == events.endIndex { events.append((event, .empty)) }
                events[place].packets = try union(events[place].packets, packets)
            }
        }
        var result = Summary(exits: [end.exit: Way(packets: !(try union(of: exits.map { $0.packets })))])
        for (exit, packets) in exits { result.exits[exit] = Way(packets: packets) }
        for (event, packets) in events { result.events[event] = packets }
        if index == 0 { return result }
        result = try sequence(try sequence(of: rules[..<index]), result)
        for other in end.others {
            result.exits[end.exit] = try join(result[end.exit], result[other])
            result.exits[other] = nil
        }
        return result
    }

    /// Adds to what becomes of packets in a chain which of them a watched rule decides, behind others that write nothing.
    func watching(_ rule: Summary, in chain: Summary, behind others: ArraySlice<Summary>) throws -> Summary {
        var packets = rule.events[.watched] ?? .empty
        for other in others.reversed() where !packets.isEmpty {
            packets = try intersection(other[.onward].packets, packets)
        }
        var result = chain
        result.events[.watched] = packets
        return result
    }
}
