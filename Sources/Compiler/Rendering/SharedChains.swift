import Nftables

/// Chains that every port leads to. The epoch stands only here and in the base chains.
struct SharedChains {
    let states: ConnectionStates
    /// Whether some server must speak first.
    let servers: Bool

    var chains: [Chain] {
        var chains = [
            Chain(name: ObjectNames.live, rules: untold + [Rule([states.setLive, .verdict(.accept)])]),
            Chain(name: ObjectNames.admitted, rules: untold + [Rule([states.set(.admitted), .verdict(.accept)])]),
            cut, dead,
        ]
        if servers {
            chains.append(waiting(ObjectNames.awaitLive, then: ObjectNames.live))
            chains.append(waiting(ObjectNames.awaitAdmitted, then: ObjectNames.admitted))
        }
        return chains
    }

    /// Conntrack has no tracker for DCCP (33) and UDP-Lite (136) since Linux 6.16: all that two hosts send each other by them is
    /// one connection to it, whatever the ports. What it notes of one port must not count for another: each packet is judged.
    private var untold: [Rule] {
        [33, 136].map { Rule([.transport($0), .verdict(.accept)]) }
    }

    /// Makes the segment a reset for the end that it goes to; the end that sent it learns of it when it sends again.
    private var cut: Chain {
        Chain(name: ObjectNames.cut, rules: [Rule([states.setDead, .setReset, .verdict(.accept)])])
    }

    /// Answers whatever a connection still sends that has been cut. A new one between the same ends is judged.
    private var dead: Chain {
        Chain(
            name: ObjectNames.dead,
            rules: [
                Rule([.tcpFlags(.opening), .verdict(.return)]), Rule([.tcpFlags(.openingAnswer), .verdict(.return)]),
                Rule([.tcpFlags(.reset), .verdict(.accept)]), Rule([.transport(6), .rejectReset]),
                Rule([.verdict(.drop)]),
            ])
    }

    /// Lets a connection pass whose server is still to speak.
    private func waiting(_ name: String, then next: String) -> Chain {
        Chain(
            name: name,
            rules: [
                Rule([states.isIn(.unserved), .verdict(.accept)]),
                Rule([.tcpFlags(.opening), states.set(.unserved), .verdict(.accept)]),
                Rule([
                    .transport(17), .connectionState([.new]), states.set(.unserved), .verdict(.accept),
                ]),
                Rule([.verdict(.goto(next))]),
            ])
    }
}
