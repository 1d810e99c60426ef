import Nftables

/// A way into a rule for packets from outside: whose packets these are, and the same said of the packets that go back.
struct Way: Hashable, Sendable {
    /// Matches on what a client sends.
    var asks: [Statement]
    /// Matches on what a socket of this host sends to the client.
    var answers: [Statement]
    /// Matches on what comes back from behind a translated destination: by the connection's first source.
    var translated: [Statement]
    /// Whether it holds for as long as the epoch does. What is told by more than the address may end at any packet.
    var lasts: Bool

    /// Packets of one family from a set of addresses.
    static func addresses(_ family: AddressFamily, _ set: String) -> Way {
        Way(
            asks: [.sourceInSet(family: family, set: set)], answers: [.destinationInSet(family: family, set: set)],
            translated: [.originalSourceInSet(family: family, set: set)], lasts: true)
    }

    /// Packets of one family from addresses that are in a set of declared ones, where there is one, and in another that is
    /// filled while the gate is in force.
    static func timed(_ family: AddressFamily, _ set: String, within declared: String?) -> Way {
        var way = Way(asks: [], answers: [], translated: [], lasts: false)
        for set in [declared, set].compactMap(\.self) {
            way.asks.append(.sourceInSet(family: family, set: set))
            way.answers.append(.destinationInSet(family: family, set: set))
            way.translated.append(.originalSourceInSet(family: family, set: set))
        }
        return way
    }

    /// Packets that more than their address tells: these matches hold for what the client sends; what goes back is judged by
    /// the address and, where the interface counts, by it.
    static func told(by matches: [Statement], over interface: String?, _ addresses: (AddressFamily, String)?) -> Way {
        var way = Way(asks: matches, answers: [], translated: [], lasts: false)
        if let interface { way.answers.append(.outputInterface(interface, negated: false)) }
        if let (family, set) = addresses {
            way.asks.append(.sourceInSet(family: family, set: set))
            way.answers.append(.destinationInSet(family: family, set: set))
            way.translated.append(.originalSourceInSet(family: family, set: set))
        }
        return way
    }
}
