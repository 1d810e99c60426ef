public import Compiler
public import Drift
public import Nftables
public import Policy

/// Looks for everything by which a host is not what its policy declares: policy beside what was applied beside what is live.
///
/// It changes nothing; it remembers what it saw in `looks.json`, when it is to. No source of findings hides another: one that
/// fails becomes a finding of its own, and the report is not complete.
public struct DriftReader: Sendable {
    /// Decides over all packets. Without a judge the report is never complete.
    public var judge: (any MeaningJudge)?
    /// Reads what the kernel runs, for the judge.
    public var ruleset: @Sendable () throws -> LiveRuleset = { try RulesetReader().read() }
    /// Whether the look is remembered for the next one.
    public var remembers = true
    /// Whether what changed since the last look is taken for good.
    public var accepts = false

    let door: KernelDoor
    let state: StateDirectory
    let host: DriftHost
    private let identities: IdentityAudit
    private let accounts: AccountDatabase

    /// Creates a reader.
    public init(
        door: KernelDoor, state: StateDirectory, identities: IdentityAudit, accounts: AccountDatabase,
        host: DriftHost = .live
    ) {
        self.door = door
        self.state = state
        self.identities = identities
        self.accounts = accounts
        self.host = host
    }

    /// Looks at a moment of the host's clock. `watched` are the steps of the ruleset seen since the look before.
    public func read(
        _ declared: DeclaredPolicy, now: Instant, watched: [RulesetStep] = []
    ) -> (findings: [DriftFinding], facts: DriftReport.Facts) {
        var look = DriftLook()
        let stand = look.stand(door, state, now: now)
        look.facts(stand, declared)
        if let stand {
            look.add((stand.findings + stand.endingSoon).map(DriftFinding.init(status:)))
            look.add(Self.mismatches(stand))
            look.add(identities.findings(stand.look.table, door: door).map(DriftFinding.init(status:)))
            look.add(logs(stand))
            if stand.look.table != nil {
                look.take("chains of other tables") { () throws(GateFailure) in
                    let later = try door.baseChains().filter(\.comesAfterTheGate)
                    return later.isEmpty ? [] : [DriftFinding(status: .laterChains(later))]
                }
            }
            look.take("sessions and grants") { () throws(GateFailure) in try access(stand, now: now) }
        }
        look.take("the policy declared") { () throws(GateFailure) in
            try DeclaredComparison(state: state, accounts: accounts).findings(declared, stand: stand)
        }
        let ports = stand?.view.ports ?? []
        let spots = host.spots(ports)
        look.add(spots.findings(ports).map(DriftFinding.init(status:)))
        look.take("what listens") { () throws(GateFailure) in try listeners(declared, spots, stand) }
        look.add(host.boot().findings())
        compareWithLastLook(stand, now: now, watched: watched, &look)
        judge(declared, stand: stand, now: now, &look)
        return (look.findings, look.facts)
    }

    /// Tells of a live table that names another policy or epoch than the record. While a generation waits to be confirmed, two
    /// stand side by side.
    private static func mismatches(_ stand: GateStand) -> [DriftFinding] {
        guard stand.confirmation == nil, stand.isHere, let live = stand.look.table, let record = stand.record,
            let recorded = stand.recorded
        else { return [] }
        var found: [DriftFinding] = []
        if let digest = stand.view.policyDigest, digest != record.policyDigest {
            found.append(
                DriftFinding(
                    .recordMismatch("policy", live: digest, recorded: record.policyDigest), kind: .recordMismatch,
                    subject: "digest"))
        }
        let epochs = (GateEpoch(of: live)?.number, GateEpoch(of: recorded)?.number)
        if epochs.0 != epochs.1 {
            let words = (epochs.0.map { "\($0)" } ?? "none", epochs.1.map { "\($0)" } ?? "none")
            found.append(
                DriftFinding(
                    .recordMismatch("epoch", live: words.0, recorded: words.1), kind: .recordMismatch, subject: "epoch")
            )
        }
        return found
    }

    private func logs(_ stand: GateStand) -> [DriftFinding] {
        let groups = LogGroups.written(by: stand.look.table)
        guard let bound = host.logGroups() else {
            return groups.isEmpty ? [] : [.notLookedAt("who takes the log", "the kernel does not tell")]
        }
        return LogGroups.findings(groups, bound: bound).map(DriftFinding.init(status:))
    }

    private func access(_ stand: GateStand, now: Instant) throws(GateFailure) -> [DriftFinding] {
        let access = try AccessStatus.read(
            stand.look.table, facts: stand.view.facts, door: door, state: state, wall: now)
        var found = access.findings.map(DriftFinding.init(status:))
        found += OverdueAccess.sessions(access.sessions.lines)
        let book = try state.grantBook()
        let clock = try GrantClock.now(wall: now)
        let names = (stand.look.table?.sets ?? []).map(\.name).filter { $0.hasPrefix("pg_g4_") }
        for port in names.compactMap({ Name($0.dropFirst(6)) }).sorted() {
            for isIPv6 in [false, true] {
                let live = try door.elements(Grants.set(port, isIPv6: isIPv6)).elements
                let wanted = Grants.pieces(of: book, port: port, isIPv6: isIPv6, at: clock)
                found += OverdueAccess.grants(port, live: live, wanted: wanted, isIPv6: isIPv6)
            }
        }
        return found
    }

    private func listeners(
        _ declared: DeclaredPolicy, _ spots: BlindSpots, _ stand: GateStand?
    ) throws(GateFailure) -> [DriftFinding] {
        // Without any policy everything would be undeclared, and nothing would be said.
        guard declared.policy != nil || stand?.look.table != nil || stand?.recorded != nil else { return [] }
        let ports =
            declared.policy.map(ListenerAudit.ports)
            ?? ListenerAudit.ports(
                of: stand?.look.table == nil ? GateView(stand?.recorded) : stand?.view ?? GateView(nil))
        var local = LocalPorts()
        if case .seen(let seen) = spots.localPorts { local = seen }
        let audit = ListenerAudit(
            declared: ports, isDenied: declared.policy?.defaults.undeclared == .deny,
            localPorts: local.range, started: host.started, user: { Account.words($0) })
        return audit.findings(try host.listeners().listeners)
    }

    private func judge(_ declared: DeclaredPolicy, stand: GateStand?, now: Instant, _ look: inout DriftLook) {
        let what = "which packets are let through"
        guard let judge else {
            look.add([.notLookedAt(what, "this build has nothing that decides over all packets")])
            return
        }
        do {
            let live = try ruleset()
            look.add(live.unread.map { .notLookedAt("a part of the ruleset", $0) })
            let isHere = stand?.isHere == true
            let applied = stand?.confirmation?.expected ?? (isHere ? stand?.recorded : nil)
            let comparison = DeclaredComparison(state: state, accounts: accounts)
            var options = CompileOptions(now: now, accounts: accounts)
            if let record = stand?.record, let applied { options = try comparison.options(of: record, applied) }
            var policy = declared.policy
            if policy == nil, let record = stand?.record { policy = recorded(record, &look) }
            var question = MeaningQuestion(
                live: live, declared: policy, options: options, applied: applied, now: now)
            question.addresses = host.addresses()
            look.add(try judge.findings(question))
        } catch let failure as GateFailure {
            look.add([.notLookedAt(what, failure)])
        } catch {
            look.add([.notLookedAt(what, "\(error)")])
        }
    }

    /// Reads the policy that was applied from its record, or says why it cannot stand in for one that is named.
    private func recorded(_ record: GenerationRecord, _ look: inout DriftLook) -> Policy? {
        let what = "whether every packet is judged as declared"
        let recorded: RecordedPolicy
        do throws(GateFailure) { recorded = try RecordedPolicy(of: record, in: state) } catch {
            look.add([.notLookedAt(what, error)])
            return nil
        }
        do throws(RecordedPolicy.Loss) { return try recorded.policy() } catch {
            let reason =
                switch error {
                case .listsNotRecorded:
                    "the policy that was applied names list files, which are not recorded with it; name the policy"
                case .unreadable(let reason): "the recorded policy cannot be read again: \(reason)"
                case .otherDigest: "the recorded policy is not what was applied: its digest differs"
                }
            look.add([.notLookedAt(what, reason)])
            return nil
        }
    }
}
