import Compiler
import Nftables
import Policy
import TestSupport
import Testing

/// The promise that holds everything together: what is rendered decides as the policy does, whatever state connections and
/// meters are in, for what clients send and for what comes back to them.
@Suite struct AgreementTests {
    static let attempts = 120

    @Test("the rendering read back decides every attempt as Policy.decide does")
    func renderingAgreesWithDecide() throws {
        var (allowed, refused) = (0, 0)
        for sample in Gates.samples {
            let evaluator = TableEvaluator(try TableParser.parse(sample.result.text))
            let decider = Decider(sample.policy)
            var random = SeededGenerator(seed: sample.seed &* 7919)
            let sampler = AttemptSampler(policy: sample.policy, now: Gates.now)
            for attempt in sampler.attempts(Self.attempts, using: &random) {
                let judge = Judge(sample: sample, attempt: attempt, decision: decider.decide(attempt.attempt))
                switch judge.decision {
                case .allowed: allowed += 1
                case .refused: refused += 1
                case .undeclared: break
                }
                for packet in judge.asking(using: &random) { try judge.checkAsking(packet, evaluator) }
                for packet in judge.answering(using: &random) { try judge.checkAnswering(packet, evaluator) }
            }
        }
        // Samples that all fall on one side would prove nothing.
        let least = Self.attempts * Gates.samples.count / 20
        #expect(allowed > least, "allowed \(allowed), refused \(refused)")
        #expect(refused > least, "allowed \(allowed), refused \(refused)")
    }

    /// One attempt, what the policy says of it, and what has to become of its packets.
    private struct Judge {
        let sample: Gates.Sample
        let attempt: SampledAttempt
        let decision: Decision
        let marks: GateMarks

        init(sample: Gates.Sample, attempt: SampledAttempt, decision: Decision) {
            self.sample = sample
            self.attempt = attempt
            self.decision = decision
            marks = GateMarks(mask: sample.policy.defaults.markMask)
        }

        /// Whether some port judges what is said first.
        var judgesPayload: Bool {
            sample.policy.ports.contains { port in
                port.serves != nil || port.rules.contains { $0.requests != .unrestricted }
            }
        }

        var context: String { "seed \(sample.seed) \(attempt) \(decision)\n\(sample.yaml)" }

        /// States that must not change a verdict, of which each attempt gets some: an owner is known wherever this host asks
        /// itself for something new.
        func asking(using random: inout SeededGenerator) -> [Packet] {
            let packet = Packet(attempt.attempt, user: attempt.user, group: attempt.group)
            var all = [packet]
            for state in [Nftables.ConnectionState.established, .related, .invalid, .untracked] {
                var variant = packet
                variant.state = state
                variant.isConfirmed = true
                variant.mark = random.pick(marks.all) | marks.foreign
                all.append(variant)
            }
            var variant = packet
            variant.state = random.pick([.new, .untracked])
            variant.isOverRate = random.chance(50)
            variant.metersAreFull = !variant.isOverRate
            all.append(variant)
            variant = packet
            variant.mark = random.pick(marks.all) | marks.foreign
            variant.flags = random.pick([.opening, nil])
            all.append(variant)
            return all
        }

        func checkAsking(_ packet: Packet, _ evaluator: TableEvaluator) throws {
            let outcome = try evaluator.outcome(of: packet)
            marks.expectForeignBitsKept(packet, outcome, context)
            let isTracked = packet.state != .untracked
            let isOpening = packet.flags == .opening && packet.transport == 6
            if isTracked, packet.mark & marks.mask == marks.live, !(isOpening && judgesPayload) {
                // A live connection is not judged again under the epoch that it was allowed under; where first payloads are
                // judged, a SYN begins another one.
                #expect(outcome == TableEvaluator.Outcome(fate: .accepted, mark: packet.mark), "\(context)")
                return
            }
            if isTracked, packet.mark & marks.mask == marks.mask, packet.flags != .opening || packet.transport != 6 {
                #expect(outcome.fate == (packet.transport == 6 ? .reset : .dropped), "\(outcome) \(context)")
                return
            }
            switch decision {
            case .undeclared:
                #expect(outcome == TableEvaluator.Outcome(fate: .accepted, mark: packet.mark), "\(context)")
            case .allowed(let port, let rule):
                let name = sample.policy.ports[port].name
                let allowing = sample.policy.ports[port].rules[rule]
                // What is logged is counted beside.
                let counters = outcome.counters.filter { $0 != "pg_n_\(name)/\(allowing.name)" }
                #expect(
                    outcome.isAccepted && counters == ["pg_a_\(name)/\(allowing.name)"],
                    "\(outcome) \(context)")
                // Only what nothing ends before the epoch does is let pass unjudged.
                let lasts = allowing.windows == .unrestricted && allowing.expires == nil && !attempt.attempt.isOwn
                // Conntrack tells the ports of DCCP and UDP-Lite from one another no more: nothing is noted of them.
                let isNoted = isTracked && ![33, 136].contains(packet.transport)
                let noted = isNoted ? (lasts ? marks.live : marks.admitted) : packet.mark & marks.mask
                #expect(outcome.mark & marks.mask == noted, "\(outcome) \(context)")
            case .refused(let port, _):
                try checkRefused(packet, outcome, sample.policy.ports[port])
            }
        }

        private func checkRefused(_ packet: Packet, _ outcome: TableEvaluator.Outcome, _ port: Port) throws {
            let isRevoked = packet.state == .established
            let wanted: TableEvaluator.Outcome.Fate =
                switch (isRevoked, port.otherwise, packet.transport) {
                case (true, _, 6): .cut
                case (true, _, _): .dropped
                case (false, .drop, _): .dropped
                case (false, .reject, 6): .reset
                case (false, .reject, _): .prohibited
                }
            #expect(outcome.fate == wanted, "\(outcome) \(context)")
            #expect(outcome.counters.last == "pg_\(isRevoked ? "j" : "d")_\(port.name)", "\(outcome) \(context)")
            let noted = outcome.fate == .cut ? marks.mask : packet.mark & marks.mask
            #expect(outcome.mark & marks.mask == noted, "\(outcome) \(context)")
        }

        /// What a server sends back to the one who asks: from a socket of this host, from one behind a translated port, and
        /// from behind this host; and what conntrack took up in the midst of a connection.
        func answering(using random: inout SeededGenerator) -> [Packet] {
            guard !attempt.attempt.isOwn else { return [] }
            var packet = Packet(attempt.attempt)
            packet.source = packet.family == .v4 ? .v4(IPv4Address(bits: 0x0a63_0001)) : .v6(IPv6Address(bits: 0x99))
            packet.destination = attempt.attempt.source
            packet.destinationType = nil
            packet.sourcePort = attempt.attempt.port
            packet.port = 40_000
            packet.state = .established
            packet.direction = .reply
            packet.mark = random.pick(marks.all) | marks.foreign
            packet.originalSource = attempt.attempt.source
            packet.hook = .output
            packet.inInterface = ""
            packet.outInterface = "eth0"
            var translated = packet
            translated.isDestinationTranslated = true
            translated.port = attempt.attempt.port
            translated.sourcePort = 41_000
            var returning = translated
            returning.hook = .prerouting
            returning.inInterface = "docker0"
            returning.outInterface = ""
            var all = [packet, random.chance(50) ? translated : returning]
            if packet.transport == 6 {
                packet.direction = .original
                packet.state = .new
                packet.originalSource = packet.source
                all.append(packet)
            }
            return all
        }

        func checkAnswering(_ packet: Packet, _ evaluator: TableEvaluator) throws {
            let outcome = try evaluator.outcome(of: packet)
            marks.expectForeignBitsKept(packet, outcome, context)
            if packet.mark & marks.mask == marks.live {
                #expect(outcome == TableEvaluator.Outcome(fate: .accepted, mark: packet.mark), "\(context)")
                return
            }
            if packet.mark & marks.mask == marks.mask {
                #expect(outcome.fate == (packet.transport == 6 ? .reset : .dropped), "\(outcome) \(context)")
                return
            }
            guard case .refused(let port, _) = decision else {
                #expect(outcome == TableEvaluator.Outcome(fate: .accepted, mark: packet.mark), "\(outcome) \(context)")
                return
            }
            #expect(outcome.fate == (packet.transport == 6 ? .cut : .dropped), "\(outcome) \(context)")
            let name = sample.policy.ports[port].name
            #expect(outcome.counters.last == "pg_j_\(name)", "\(outcome) \(context)")
        }
    }
}
