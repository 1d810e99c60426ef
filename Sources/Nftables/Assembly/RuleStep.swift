/// What one statement of nft becomes, nft's own dependencies among them.
struct RuleStep {
    /// A comparison of packet bytes with a constant, which nft may join with its neighbours in the packet.
    struct PayloadEquality {
        var base: LivePayloadBase
        var offset: Int
        var bytes: [UInt8]
        /// Whether it is the dependency that names the protocol of the next layer (EXPR_F_PROTOCOL).
        var namesProtocol = false

        var end: Int { offset + bytes.count }

        /// Tells whether nft 1.0.6 joins the two (payload_can_merge): adjacent bytes that fill a register at most, and not
        /// where the kernel's short cut for loads of up to 4 bytes would be lost.
        func joins(_ next: PayloadEquality) -> Bool {
            guard base == next.base, end == next.offset else { return false }
            let total = bytes.count + next.bytes.count
            guard total <= 16 else { return false }
            return total <= 4 || base == .link || bytes.count > 4 || next.bytes.count > 4
        }
    }

    /// The kinds of statements that nft's joining of comparisons tells apart.
    enum Kind {
        /// A comparison that may be joined.
        case payload(PayloadEquality)
        /// Any other match.
        case match([LiveExpression])
        /// What is no match.
        case action([LiveExpression])
    }

    var kind: Kind

    var expressions: [LiveExpression] {
        switch kind {
        case .match(let expressions), .action(let expressions): expressions
        case .payload(let payload):
            [
                .payload(base: payload.base, offset: payload.offset, length: payload.bytes.count, into: .first),
                .compare(.equal, .first, payload.bytes),
            ]
        }
    }
}

extension [RuleStep] {
    /// Joins comparisons of adjacent bytes as nft does when it has read a rule (payload_try_merge).
    func joiningPayloads() -> [RuleStep] {
        var steps: [RuleStep?] = self
        var run: [Int] = []
        for (index, step) in enumerated() {
            switch step.kind {
            case .payload: run.append(index)
            case .match: break
            // nft means to join nothing across an action, but lets a single comparison before one wait for the next.
            case .action where run.count > 1:
                Self.join(run, in: &steps)
                run = []
            case .action: break
            }
        }
        Self.join(run, in: &steps)
        return steps.compactMap(\.self)
    }

    /// Joins the comparisons at some places (payload_do_merge). The result stands where the one with the first bytes stood,
    /// or where a protocol was asked for: an action between the two may come to stand before both, or behind both.
    private static func join(_ run: [Int], in steps: inout [RuleStep?]) {
        var payloads: [(place: Int, payload: RuleStep.PayloadEquality)] = run.compactMap { place in
            guard case .payload(let payload) = steps[place]?.kind else { return nil }
            return (place, payload)
        }
        guard payloads.count > 1 else { return }
        payloads.sort {
            ($0.payload.base.rawValue, $0.payload.offset, $0.place)
                < ($1.payload.base.rawValue, $1.payload.offset, $1.place)
        }
        var last = payloads[0]
        for next in payloads.dropFirst() {
            guard last.payload.joins(next.payload) else {
                last = next
                continue
            }
            let gone = next.payload.namesProtocol ? last.place : next.place
            if next.payload.namesProtocol { last.place = next.place }
            last.payload.bytes += next.payload.bytes
            steps[gone] = nil
            steps[last.place] = RuleStep(kind: .payload(last.payload))
        }
    }
}
