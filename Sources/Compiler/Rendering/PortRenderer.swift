import Nftables
import Policy

/// Renders one port declaration: its chains, counters and sets.
struct PortRenderer {
    /// Sources that a meter can follow at once. When it is full, nothing is suppressed any more.
    static let meterSize: UInt32 = 65_536
    /// Seconds after which a meter forgets a source, at least.
    static let meterTimeout: UInt32 = 60
    /// The largest burst whose nanoseconds the kernel can count whatever the unit.
    static let largestBurst: UInt32 = 100_000
    /// Records that the kernel may gather before it hands them over.
    static let queueThreshold: UInt16 = 32

    let port: Port
    let plans: [RulePlan]
    let settings: RenderSettings
    /// The rules of the declaration that is staged beside this one.
    var staged: [RulePlan] = []
    /// What is asked of new connections; nil when no ledger is.
    var audit: AuditPlan?

    /// Rules that decide.
    var deciding: [RulePlan] { plans.filter { $0.mode == .enforce && $0.time != .never } }
    /// Rules that decide by addresses, times and identities alone.
    var plain: [RulePlan] { deciding.filter { $0.requests == nil } }
    /// Rules that decide by the first payload as well.
    var typed: [RulePlan] { deciding.filter { $0.requests != nil } }
    /// Rules that only tell what they would allow.
    var observed: [RulePlan] { plans.filter { $0.mode == .observe && $0.time != .never } }
    /// Whether the port refuses nobody and only tells what it would refuse.
    var onlyObserves: Bool { port.mode == .observe }
    /// What the server's first bytes must be; nil when they may be anything.
    var serves: RequestType? { port.serves == .any ? nil : port.serves }
    /// Whether some connections are judged by their first payload.
    var judgesPayload: Bool { !typed.isEmpty }
    /// Whether TCP segments are judged by where they stand.
    var judgesSegments: Bool { judgesPayload && port.protocols.contains(.tcp) }
    var states: ConnectionStates { settings.states }

    /// Whether the port's rules need the meters of untracked sources.
    var needsUntrackedMeters: Bool { port.log.allowed == .connections && (!plans.isEmpty || port.grants != nil) }

    /// The chains: judges first, then what they lead to.
    var chains: [Chain] {
        var chains = [remoteJudge, ownJudge, answerJudge, translatedJudge, ownAnswers]
        for plan in plans { chains += self.chains(of: plan) }
        if port.grants != nil { chains.append(granted) }
        if judgesSegments { chains.append(opening) }
        if serves != nil { chains.append(served) }
        if judgesSegments || serves != nil { chains.append(unfit) }
        return chains + auditChains + [revoked, denied, refusal] + stagedChains
    }

    /// The chains of one rule; those that nothing leads to are left out, except the one that shows the rule to people.
    private func chains(of plan: RulePlan) -> [Chain] {
        if plan.mode == .observe { return [wouldAllow(plan)] }
        let kinds = Set(plan.ways.map(\.lasts)).union(plan.sources.own.isEmpty ? [] : [false])
        let needsTerminals = plan.requests == nil || plan.time == .never || port.protocols != [.tcp]
        var chains: [Chain] = []
        if needsTerminals {
            if kinds.contains(true) || kinds.isEmpty { chains.append(allowed(plan, lasts: true)) }
            if kinds.contains(false) { chains.append(allowed(plan, lasts: false)) }
        }
        guard plan.requests != nil, plan.time != .never else { return chains }
        for lasts in [true, false] where kinds.contains(lasts) { chains.append(typedChain(plan, lasts: lasts)) }
        guard port.protocols.contains(.tcp) else { return chains }
        chains += [payloads(plan), right(plan)]
        for lasts in [true, false] where kinds.contains(lasts) { chains.append(verified(plan, lasts: lasts)) }
        return chains
    }

    /// The counters that the chains use.
    var counters: [NamedCounter] {
        var names: [String] = []
        for plan in plans {
            if plan.mode == .observe {
                names.append(ObjectNames.wouldAllow(port.name, plan.name))
                continue
            }
            names.append(ObjectNames.allowed(port.name, plan.name))
            if recordsAllowed { names.append(ObjectNames.allowedLogged(port.name, plan.name)) }
            if plan.rate != nil { names.append(ObjectNames.overRate(port.name, plan.name)) }
        }
        names += [ObjectNames.denied(port.name), ObjectNames.revoked(port.name)]
        if port.grants != nil {
            names.append(ObjectNames.granted(port.name))
            if recordsAllowed { names.append(ObjectNames.grantedLogged(port.name)) }
        }
        if judgesSegments || serves != nil { names.append(ObjectNames.unfit(port.name)) }
        if judgesSegments { names.append(ObjectNames.early(port.name)) }
        switch port.log.denied {
        case .perSource: names += [ObjectNames.deniedLogged(port.name), ObjectNames.deniedQuiet(port.name)]
        case .all: names.append(ObjectNames.deniedLogged(port.name))
        case .none: break
        }
        if hasProcessClauses { names.append(ObjectNames.leftover(port.name)) }
        if audit != nil, !onlyObserves { names.append(ObjectNames.audited(port.name)) }
        return (names + stagedCounters).map { NamedCounter(name: $0) }
    }

    /// The sets that the chains use beside the pool's.
    var sets: [NamedSet] {
        var sets: [NamedSet] = []
        if case .perSource(let rate) = port.log.denied {
            for v6 in [false, true] {
                sets.append(Self.meter(ObjectNames.deniedMeter(port.name, v6: v6), v6 ? .v6 : .v4, rate.per))
            }
        }
        for plan in deciding {
            guard let rate = plan.rate else { continue }
            for v6 in [false, true] {
                sets.append(Self.meter(ObjectNames.rateMeter(port.name, plan.name, v6: v6), v6 ? .v6 : .v4, rate.per))
            }
        }
        if port.grants != nil {
            for v6 in [false, true] {
                let content = NamedSet.Content.timed(family: v6 ? .v6 : .v4, ranges: true, size: SetPool.timedSize)
                sets.append(NamedSet(name: ObjectNames.grants(port.name, v6: v6), content: content))
            }
        }
        if judgesSegments {
            for plan in typed {
                let content = NamedSet.Content.connections(
                    sequence: false, size: settings.rememberedConnections, timeoutSeconds: Remembered.judged)
                sets.append(NamedSet(name: ObjectNames.judged(port.name, plan.name), content: content))
            }
        }
        if let audit, !onlyObserves { sets.append(audit.durable) }
        sets += stagedMeters
        for cgroup in cgroups { sets.append(NamedSet(name: ObjectNames.cgroups(cgroup), content: .cgroups)) }
        return sets
    }

    /// The cgroups that rules ask for.
    var cgroups: [ProcessClause.Cgroup] {
        (deciding + observed + stagedDeciding).flatMap(\.sources.own).compactMap { $0.processes?.cgroup }
    }

    /// The WireGuard interfaces whose word rules take for whose an address is.
    var wireguardInterfaces: [String] {
        (deciding + observed + stagedDeciding).flatMap(\.sources.proven).compactMap { clause in
            if case .interface(let name) = clause.proof { name } else { nil }
        }
    }

    /// Returns an empty meter for a rate per unit: it forgets no source before its burst is full again by itself.
    static func meter(_ name: String, _ family: AddressFamily, _ unit: Rate.Unit) -> NamedSet {
        let seconds: UInt32 =
            switch unit {
            case .second, .minute: meterTimeout
            case .hour: 3_600
            case .day: 86_400
            }
        return NamedSet(name: name, content: .dynamic(family: family, size: meterSize, timeoutSeconds: seconds))
    }

    // MARK: Provenance

    var portComment: String { Provenance.comment(port.name.text, at: port.span, in: settings.sources) }

    func ruleComment(_ plan: RulePlan) -> String {
        Provenance.comment("\(port.name)/\(plan.name)", at: plan.span, in: settings.sources)
    }

    func log(_ words: String) -> Statement {
        settings.log(words)
    }
}

/// What the renderers of all ports have in common.
struct RenderSettings {
    /// Logs to the gate's group.
    func log(_ words: String) -> Statement {
        .log(prefix: "pg1 \(words) ", group: logGroup, snaplen: nil, queueThreshold: PortRenderer.queueThreshold)
    }

    let logGroup: UInt16
    let states: ConnectionStates
    let sources: SourceMap
    let signatures: [Signature]
    let sourceCheck: Defaults.SourceCheck
    /// Connections whose first bytes can be remembered at once.
    let rememberedConnections: UInt32
}

/// How long connections are remembered whose first payload is still to be judged, in seconds. What is longer here outlives what
/// is shorter: as long as a connection counts as judged, the place of its first byte is known, and as long as that is known, no
/// other connection can take its place.
enum Remembered {
    /// A first segment that was right, until the server acknowledges it.
    static let judged: UInt32 = 60
    /// The place of the first byte, until the client sends something; and the connection itself.
    static let opening: UInt32 = 20
    static let openingConnection: UInt32 = 30
    /// The same once the client answered.
    static let first: UInt32 = 300
    static let firstConnection: UInt32 = 310
}
