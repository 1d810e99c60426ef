public import Compiler
public import Nftables
import PacketSpace
public import Policy

/// Turns what the comparisons decide into findings.
public struct MeaningFindings: Sendable {
    private let live: LiveRuleset
    private let policy: Policy?
    private let options: CompileOptions
    private let applied: LiveTable?
    private let hostAddresses: AddressSet?

    /// Asks of a live ruleset whether it does what a policy says, compiled with some options, and whether the gate's table does
    /// what the applied one does; either may not be known, nor the addresses that the host has.
    public init(
        live: LiveRuleset, policy: Policy?, options: CompileOptions, applied: LiveTable?,
        hostAddresses: AddressSet? = nil
    ) {
        self.hostAddresses = hostAddresses
        self.live = live
        self.policy = policy
        self.options = options
        self.applied = applied
    }

    /// What was found.
    public struct Result: Sendable {
        /// The deviations.
        public var findings: [DriftFinding] = []
        /// What stayed undecided, in words.
        public var undecided: [String] = []
    }

    /// Decides.
    public func result() -> Result {
        var result = Result()
        if let policy {
            var comparison = PolicyComparison(live, policy: policy, options: options)
            comparison.hostAddresses = hostAddresses
            let outcome = comparison.run()
            result.findings += merged(outcome.differences).map { finding($0, policy) }
            result.findings += outcome.published.map { Self.published($0) }
            result.undecided += outcome.undecided
        }
        if let applied, let table = live.table(applied.family, applied.name) {
            let outcome = TableComparison(live: table, applied: applied).run()
            let places = outcome.places.filter { !$0.isAppearance }.prefix(5).map { Diagnostic.Note($0.words) }
            for index in result.findings.indices where result.findings[index].responsible?.isOfTheGate ?? true {
                guard result.findings[index].kind != .publishedPort else { continue }
                result.findings[index].diagnostic.notes += places
            }
            result.findings += tableFindings(outcome, known: result.findings)
            result.undecided += outcome.undecided
        }
        return result
    }

    // MARK: Policy

    /// A deviation that both families or several ways show alike is told once, with the first packet.
    private func merged(_ differences: [PolicyComparison.Difference]) -> [(
        first: PolicyComparison.Difference, more: [PolicyComparison.Difference]
    )] {
        struct Key: Hashable {
            let kind: DriftFinding.Kind
            let port: Int
            let rule: Int?
            let isOwn: Bool
            let responsible: Responsible?
        }
        var order: [Key] = []
        var groups: [Key: [PolicyComparison.Difference]] = [:]
        for difference in differences {
            let key = Key(
                kind: difference.kind, port: difference.port, rule: difference.rule, isOwn: difference.isOwn,
                responsible: decider(difference.trace))
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(difference)
        }
        return order.compactMap { key in
            guard let group = groups[key], let first = group.first else { return nil }
            return (first, Array(group.dropFirst()))
        }
    }

    private func finding(
        _ group: (first: PolicyComparison.Difference, more: [PolicyComparison.Difference]), _ policy: Policy
    ) -> DriftFinding {
        let difference = group.first
        let port = policy.ports[difference.port]
        let rule = difference.rule.map { port.rules[$0] }
        let responsible = decider(difference.trace)
        let isForeign = responsible.map { !$0.isOfTheGate } ?? false
        let witness = Self.witness(
            difference.packet, family: difference.family, isOwn: difference.isOwn, live: difference.trace.verdict,
            policy: difference.kind == .overPermissive
                ? "refused: no rule allows it" : "allowed by \(rule?.name.text ?? "a grant")")
        let decides = responsible.map { "\($0)" } ?? "the end of all chains"
        var notes = difference.isOwn ? [] : [Diagnostic.Note("so it is for \(Self.sources(difference))")]
        for other in group.more where !other.isOwn { notes.append(Diagnostic.Note("and for \(Self.sources(other))")) }
        if let text = responsible.flatMap(ruleText) { notes.append(Diagnostic.Note("the rule: \(text)")) }
        if case .conditional(let conditions) = difference.certainty {
            notes.append(Diagnostic.Note("while this holds: \(conditions.prefix(8).joined(separator: "; "))"))
        }
        let kind: DriftFinding.Kind
        let diagnostic: Diagnostic
        switch difference.kind {
        case .overPermissive:
            kind = isForeign ? .foreignOpening : .overPermissive
            diagnostic = Diagnostic(
                code: isForeign ? "PG307" : "PG301", severity: .error,
                message: "\(witness) is accepted by \(decides); no rule of the policy declares it", span: port.span,
                notes: notes,
                port: port.name.text)
        default:
            kind = isForeign ? .foreignShadow : .overRestrictive
            diagnostic = Diagnostic(
                code: isForeign ? "PG306" : "PG302", severity: isForeign ? .warning : .error,
                message:
                    "\(witness) is not let in (\(difference.trace.verdict) by \(decides)); \(rule.map { "rule \($0.name) declares it" } ?? "a grant allows it")",
                span: rule?.span ?? port.span, notes: notes, port: port.name.text, rule: rule?.name.text)
        }
        return DriftFinding(
            diagnostic, kind: kind, witness: witness, responsible: responsible, certainty: difference.certainty,
            subject: difference.isOwn ? "own" : "")
    }

    /// The rule to name: one of the gate's that was not applied, where the packet met one.
    private func decider(_ trace: PlainTrace) -> Responsible? {
        if let applied, let table = live.table(applied.family, applied.name),
            let new = TableStructure(table).firstNew(in: trace, comparedWith: TableStructure(applied))
        {
            return new
        }
        return trace.decider
    }

    /// Returns the sources of a difference as blocks, few of them, with their number.
    private static func sources(_ difference: PolicyComparison.Difference) -> String {
        var set = AddressSet.empty
        switch difference.family {
        case .v4:
            set.v4 = IntervalSet(
                difference.sources.intervals.map {
                    Interval(UInt32(truncatingIfNeeded: $0.first), UInt32(truncatingIfNeeded: $0.last))
                })
        case .v6: set.v6 = IntervalSet(difference.sources.intervals.map { Interval($0.first, $0.last) })
        }
        let blocks = set.blocks
        let shown = blocks.prefix(6).map { "\($0)" }.joined(separator: ", ")
        return "\(shown)\(blocks.count > 6 ? " and \(blocks.count - 6) more blocks" : ""): \(set.remoteSize)"
    }

    /// Returns the packet as a witness.
    static func witness(
        _ packet: PlainPacket, family: AddressFamily, isOwn: Bool, live: String, policy: String,
        conditions: [String] = []
    ) -> Witness {
        func address(_ quantity: Quantity) -> IPAddress {
            let value = packet[quantity]
            return family == .v4
                ? .v4(IPv4Address(bits: UInt32(truncatingIfNeeded: value))) : .v6(IPv6Address(bits: value))
        }
        let transport = TransportProtocol(rawValue: UInt8(truncatingIfNeeded: packet[.transport]))
        let time = packet.values[.meta(MetaKey.time.rawValue)].flatMap { nanoseconds in
            nanoseconds == 0 ? nil : Instant(seconds: Int64(clamping: nanoseconds / 1_000_000_000))
        }
        var interface: String?
        if let name = packet.values[.meta(MetaKey.inputInterfaceName.rawValue)], name != 0 {
            interface = Self.interfaceName(name)
        }
        return Witness(
            family: family, transport: transport ?? .tcp, source: address(.source), destination: nil,
            destinationPort: UInt16(truncatingIfNeeded: packet[.destinationPort]), time: time,
            interface: interface == "eth0" ? nil : interface, isOwn: isOwn,
            conditions: (transport == nil ? ["protocol \(packet[.transport])"] : []) + conditions, live: live,
            policy: policy)
    }

    private static func interfaceName(_ value: UInt128) -> String? {
        var bytes: [UInt8] = []
        for place in 0..<16 {
            let byte = UInt8(truncatingIfNeeded: value >> UInt128((15 - place) * 8))
            if byte == 0 { break }
            guard (0x21...0x7e).contains(byte) else { return nil }
            bytes.append(byte)
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    private func ruleText(_ rule: Responsible) -> String? {
        guard let handle = rule.handle,
            let found = live.table(rule.family, rule.table)?.chains.first(where: { $0.name == rule.chain })?.rules
                .first(where: { $0.handle == handle })
        else { return nil }
        return found.description
    }

    private static func published(_ port: PolicyComparison.Published) -> DriftFinding {
        let name = TransportProtocol(rawValue: port.transport)?.name ?? "protocol \(port.transport)"
        let range = port.first == port.last ? "\(port.first)" : "\(port.first)-\(port.last)"
        return DriftFinding(
            Diagnostic(
                code: "PG308", severity: .warning,
                message: "port \(range)/\(name) is published by translation and nobody declared it", span: nil,
                notes: [Diagnostic.Note("translated by \(port.responsible.map { "\($0)" } ?? "a rule")")]),
            kind: .publishedPort, witness: port.witness, responsible: port.responsible, subject: "\(range)/\(name)")
    }

    // MARK: Table

    private func tableFindings(_ outcome: TableComparison.Outcome, known: [DriftFinding]) -> [DriftFinding] {
        var findings: [DriftFinding] = []
        let places = outcome.places.filter { !$0.isAppearance }.map { Diagnostic.Note($0.words) }
        for (difference, consequences) in Self.causes(outcome.differences) {
            let responsible = difference.responsible
            // The same rule is told of already, with a connection's first packet.
            if difference.isNewRule, known.contains(where: { $0.responsible != nil && $0.responsible == responsible }) {
                continue
            }
            let witness = Self.witness(
                difference.packet, family: difference.family, isOwn: false, live: difference.live,
                policy: difference.applied, conditions: Self.conditions(difference.packet))
            let decides = responsible.map { "\($0)" } ?? "no rule"
            let code: String
            let message: String
            let kind: DriftFinding.Kind
            switch difference.kind {
            case .logMissing:
                (code, kind) = ("PG303", .logMissing)
                message = "records are not those applied, where \(decides) decides: \(difference.words)"
            case .structure:
                (code, kind) = ("PG305", .structure)
                message = "counters are not those applied, where \(decides) decides: \(difference.words)"
            default:
                (code, kind) = ("PG304", .altered)
                let verdicts =
                    difference.live == difference.applied
                    ? "\(difference.live), and something else is written"
                    : "\(difference.live), not \(difference.applied)"
                message = "\(witness) is judged otherwise than applied, by \(decides): \(verdicts)"
            }
            findings.append(
                DriftFinding(
                    Diagnostic(
                        code: code, severity: kind == .structure ? .warning : .error, message: message, span: nil,
                        notes: places + consequences, port: responsible.flatMap(Self.port)),
                    kind: kind, witness: witness, responsible: responsible, subject: difference.words))
        }
        // Every place is told of, whatever it does.
        for place in outcome.places where place.isAppearance || outcome.differences.isEmpty {
            findings.append(
                DriftFinding(
                    Diagnostic(
                        code: "PG305", severity: .warning,
                        message:
                            "the live table is not as applied: \(place.words)\(place.isAppearance ? "" : "; it judges the same")",
                        span: nil), kind: .structure, responsible: place.place, subject: place.words))
        }
        return findings
    }

    /// Tells apart what each rule causes that was not applied, and each record that is missing. Where rules decide that are as
    /// applied, sets, maps or hooks are not: what follows of that is told once, with more packets in the notes.
    private static func causes(
        _ differences: [TableComparison.Difference]
    ) -> [(first: TableComparison.Difference, consequences: [Diagnostic.Note])] {
        let order: [DriftFinding.Kind] = [.overPermissive, .overRestrictive, .altered, .logMissing, .structure]
        var groups: [(key: String, all: [TableComparison.Difference])] = []
        for difference in order.flatMap({ kind in differences.filter { $0.kind == kind } }) {
            let key: String
            if difference.isNewRule {
                key = difference.responsible.map { "\($0)" } ?? ""
            } else if [.logMissing, .structure].contains(difference.kind) {
                key = "\(difference.kind) \(difference.words)"
            } else {
                key = "judged"
            }
            if let index = groups.firstIndex(where: { $0.key == key }) {
                groups[index].all.append(difference)
            } else {
                groups.append((key, [difference]))
            }
        }
        return groups.map { group in
            let rest = group.all.dropFirst().filter { ![.logMissing, .structure].contains($0.kind) }
            var notes = rest.prefix(4).map { other in
                let witness = witness(
                    other.packet, family: other.family, isOwn: false, live: other.live, policy: other.applied,
                    conditions: conditions(other.packet))
                return Diagnostic.Note(
                    "and \(witness): \(other.live), applied \(other.applied), by \(other.responsible.map { "\($0)" } ?? "no rule")"
                )
            }
            if rest.count > notes.count {
                notes.append(Diagnostic.Note("and \(rest.count - notes.count) more kinds of packets"))
            }
            return (group.all[0], notes)
        }
    }

    /// The port whose chain a rule stands in.
    private static func port(_ rule: Responsible) -> String? {
        guard rule.isOfTheGate, rule.chain.hasPrefix("pg_"),
            let cut = rule.chain.dropFirst(3).utf8.firstIndex(of: UInt8(ascii: "_"))
        else { return nil }
        let name = rule.chain[rule.chain.utf8.index(after: cut)...]
        return String(name.prefix { $0 != "/" })
    }

    /// What else a packet is that decides.
    private static func conditions(_ packet: PlainPacket) -> [String] {
        var words: [String] = []
        let states: [UInt128: String] = [1: "invalid", 2: "established", 4: "related", 8: "new", 0x40: "untracked"]
        if let state = packet.values[.connection(ConnectionKeyNumber.state.rawValue, nil)], let name = states[state] {
            words.append("ct state \(name)")
        }
        if let mark = packet.values[.connection(ConnectionKeyNumber.mark.rawValue, nil)], mark != 0 {
            words.append("ct mark 0x\(String(mark, radix: 16))")
        }
        if let flags = packet.values[.flags], flags != 0, packet[.transport] == 6 {
            words.append("tcp flags 0x\(String(flags, radix: 16))")
        }
        return words
    }
}

extension Responsible {
    /// Whether it stands in the gate's own table.
    public var isOfTheGate: Bool { family == .inet && table == "portgate" }
}
