public import Nftables

/// The epoch of a rendered gate: connections that are live under another one are judged again.
///
/// It is read from, and changed in, the rules themselves: those that note and ask for live connections.
public struct GateEpoch: Hashable, Sendable {
    /// The number, 1...30.
    public let number: UInt8
    /// The bits of the conntrack mark that hold it, with the state of the connection.
    public let mask: UInt32

    /// Reads the epoch of a gate's table, or returns nil when the table notes no live connections as portgate does.
    public init?(of table: Table) {
        guard let rules = table.chains.first(where: { $0.name == ObjectNames.live })?.rules, let last = rules.last,
            case .setConnectionMark(let mask, let value)? = last.statements.first, mask.nonzeroBitCount == 8
        else { return nil }
        let bits = value >> UInt32(mask.trailingZeroBitCount)
        let number = UInt8(truncatingIfNeeded: bits & 0x1f)
        guard bits >> 5 == ConnectionStates.State.live.rawValue, (1...ConnectionStates.lastEpoch).contains(number)
        else { return nil }
        self.number = number
        self.mask = mask
    }

    /// The number after this one.
    public var next: UInt8 { number % ConnectionStates.lastEpoch + 1 }

    /// The mark, within the mask, of a connection that is live under this epoch.
    public var liveMark: UInt32 { ConnectionStates(mask: mask, epoch: number).liveValue }

    /// The mark, within the mask, of a connection that is allowed and judged again with every packet.
    public var admittedMark: UInt32 { ConnectionStates(mask: mask, epoch: number).value(of: .admitted) }
}

extension Table {
    /// Returns the TCP ports of sockets of this host on which this gate judges first payloads, and which an earlier one, or
    /// none, did not gate.
    public func portsNewlyJudgedByPayload(since earlier: Table?) -> [ClosedRange<UInt16>] {
        let judging = Set(chains.map(\.name))
        let known = Set(earlier?.chains.map(\.name) ?? [])
        guard let map = maps.first(where: { $0.name == ObjectNames.takenUpMap }) else { return [] }
        return map.elements.compactMap { element in
            guard case .goto(let chain) = element.verdict else { return nil }
            let port = chain.dropFirst(ObjectNames.answerJudgePrefix.count)
            guard judging.contains(ObjectNames.openingPrefix + port), !known.contains(chain) else { return nil }
            return element.first...element.last
        }
    }

    /// Returns the gate's table with another epoch and nothing else changed; a table that is no gate's is returned as it is.
    public func withEpoch(_ number: UInt8) -> Table {
        guard let epoch = GateEpoch(of: self), epoch.number != number else { return self }
        let old = ConnectionStates(mask: epoch.mask, epoch: epoch.number)
        let new = ConnectionStates(mask: epoch.mask, epoch: number)
        var table = self
        for chain in table.chains.indices {
            for rule in table.chains[chain].rules.indices {
                if table.chains[chain].rules[rule].comment == "epoch \(epoch.number)" {
                    table.chains[chain].rules[rule].comment = "epoch \(number)"
                }
                for (index, statement) in table.chains[chain].rules[rule].statements.enumerated() {
                    if statement == old.isLive { table.chains[chain].rules[rule].statements[index] = new.isLive }
                    if statement == old.setLive { table.chains[chain].rules[rule].statements[index] = new.setLive }
                }
            }
        }
        return table
    }
}
