public import Policy

/// Tells who opened a connection, by a policy's identities and by the sessions and grants of the time. It is made anew when
/// any of them changes; a look-up allocates nothing.
///
/// - What a rule that names a single identity has allowed is that identity's: the kernel has seen the proof.
/// - Else those count that the rule names, or everybody where it names nobody: the strongest proof wins, then whoever has the
///   fewest addresses, then who is declared first.
public struct IdentityResolver: Sendable {
    /// An identity that is told by something of its own, `members` resolved.
    struct Subject {
        let name: Name
        let proof: ProofKind
        /// The interface it must come by; 0 for any.
        var interface: UInt128 = 0
        var hardwareAddress: UInt64?
        var user: UInt32?
        var userGroup: UInt32?
        /// Whether a record can tell it at all: a cgroup and a security association stand in none.
        var isTold = true
    }

    private struct Session {
        let source: UInt128
        let start: Int64
        let end: Int64
        let subject: UInt32
        /// The latest end of those from the same address that began no later.
        var latestEnd: Int64
    }

    private struct Granted {
        let range: FlowRange
        let port: Int32
        let start: Int64
        let end: Int64
        let subject: UInt32
    }

    private struct RuleSubjects {
        let names: Range<Int>
        let isRestricted: Bool
    }

    /// Everybody who can be told, each with one proof.
    private(set) var subjects: [Subject] = []
    private var owners: AddressOwners
    /// Those who are told by a neighbour's address or an interface, and those by a process.
    private var links: [UInt32] = []
    private var processes: [UInt32] = []
    private var sessions: [Session] = []
    private var grants: [Granted] = []
    private var rules: [RuleSubjects] = []
    private var ruleSubjects: [UInt32] = []

    /// Takes a policy and what holds beside it.
    ///
    /// - Parameters:
    ///   - sessions: those that lasted at any time that records may still come from.
    ///   - account: the number of a user or group that a process is told by; nil when the host has none.
    public init(
        policy: Policy? = nil, sessions: [SessionInterval] = [], grants: [GrantInterval] = [],
        account: (_ account: ProcessProof.Account, _ isGroup: Bool) -> UInt32? = { account, _ in
            if case .number(let number) = account { number } else { nil }
        }
    ) {
        var parts: [(range: FlowRange, owner: UInt32)] = []
        var places: [Name: UInt32] = [:]
        owners = AddressOwners([])
        for identity in policy?.identities ?? [] {
            let place = UInt32(subjects.count)
            guard let subject = Self.subject(identity, account) else { continue }
            places[identity.name] = place
            subjects.append(subject)
            switch identity.proof {
            case .addresses(let set), .wireguard(_, let set): parts += Self.ranges(of: set).map { ($0, place) }
            case .link: links.append(place)
            case .process where subject.isTold: processes.append(place)
            default: break
            }
        }
        owners = AddressOwners(parts)
        addRules(of: policy, places)
        addSessions(sessions)
        let ports = policy?.ports.map(\.name) ?? []
        for grant in grants {
            guard let port = ports.firstIndex(of: grant.port) else { continue }
            self.grants.append(
                Granted(
                    range: FlowRange(grant.source), port: Int32(port), start: grant.start, end: grant.end ?? .max,
                    subject: add(grant.identity, .grant)))
        }
        self.grants.sort { ($0.port, $0.start) < ($1.port, $1.start) }
    }

    private static func subject(
        _ identity: Identity, _ account: (ProcessProof.Account, Bool) -> UInt32?
    ) -> Subject? {
        switch identity.proof {
        case .addresses: return Subject(name: identity.name, proof: .address)
        case .wireguard(let interface, _):
            return Subject(name: identity.name, proof: .wireguard, interface: packed(interface))
        case .ipsec: return Subject(name: identity.name, proof: .ipsec, isTold: false)
        case .link(let link):
            return Subject(
                name: identity.name, proof: .link, interface: link.interface.map(packed) ?? 0, hardwareAddress: link.mac
            )
        case .process(let process):
            var subject = Subject(name: identity.name, proof: .process)
            subject.user = process.user.flatMap { account($0, false) }
            subject.userGroup = process.group.flatMap { account($0, true) }
            // What the host does not know, or a record does not tell, cannot be seen to hold.
            subject.isTold =
                process.cgroup == nil && (process.user == nil) == (subject.user == nil)
                && (process.group == nil) == (subject.userGroup == nil)
            return subject
        case .session: return Subject(name: identity.name, proof: .session)
        case .members: return nil
        }
    }

    private static func ranges(of set: AddressSet) -> [FlowRange] {
        set.v4.intervals.map { FlowRange(v4: $0.first, $0.last) }
            + set.v6.intervals.map { FlowRange(v6: $0.first, $0.last) }
            + set.loopbackV4.intervals.map { FlowRange(v4: $0.first, $0.last) }
            + (set.loopbackV6 ? [FlowRange(v6: 1, 1)] : [])
    }

    /// The bytes of an interface's name from the highest, as records have it.
    static func packed(_ name: String) -> UInt128 {
        var bits: UInt128 = 0
        for (place, byte) in name.utf8.prefix(15).enumerated() { bits |= UInt128(byte) << UInt128(120 - place * 8) }
        return bits
    }

    /// Returns the place of an identity with a proof of another kind than its own.
    private mutating func add(_ name: Name, _ proof: ProofKind) -> UInt32 {
        if let place = subjects.firstIndex(where: { $0.name == name && $0.proof == proof }) { return UInt32(place) }
        subjects.append(Subject(name: name, proof: proof))
        return UInt32(subjects.count - 1)
    }

    private mutating func addRules(of policy: Policy?, _ places: [Name: UInt32]) {
        guard let policy else { return }
        var identities: [Name: Identity] = [:]
        for identity in policy.identities { identities[identity.name] = identity }
        for rule in policy.ports.flatMap(\.rules) {
            let start = ruleSubjects.count
            var isRestricted = false
            if case .only(let names) = rule.identities {
                isRestricted = true
                // Members are never cyclic, and may be named twice.
                var seen: Set<Name> = []
                var rest = names
                while let name = rest.popLast() {
                    guard seen.insert(name).inserted else { continue }
                    if case .members(let more)? = identities[name]?.proof { rest += more }
                    if let place = places[name] { ruleSubjects.append(place) }
                }
            }
            rules.append(RuleSubjects(names: start..<ruleSubjects.count, isRestricted: isRestricted))
        }
    }

    private mutating func addSessions(_ intervals: [SessionInterval]) {
        for session in intervals {
            let end = session.end ?? .max
            sessions.append(
                Session(
                    source: FlowAddress(session.source).bits, start: session.start, end: end,
                    subject: add(session.identity, .session), latestEnd: end))
        }
        sessions.sort { ($0.source, $0.start) < ($1.source, $1.start) }
        for place in sessions.indices.dropFirst() where sessions[place - 1].source == sessions[place].source {
            sessions[place].latestEnd = max(sessions[place].latestEnd, sessions[place - 1].latestEnd)
        }
    }

    // MARK: - Looking up

    /// Returns the place of whoever it is in `subjects`; nil when nobody can be told.
    func resolve(_ facts: IdentityFacts) -> Int? {
        if facts.isGrant { return grant(facts) }
        let rule = facts.rule >= 0 && Int(facts.rule) < rules.count ? rules[Int(facts.rule)] : nil
        if let rule, rule.isRestricted, rule.names.count == 1 { return Int(ruleSubjects[rule.names.lowerBound]) }
        var best: Int?
        consider(&best, session(facts), rule)
        for place in processes where holds(subjects[Int(place)], facts) { consider(&best, Int(place), rule) }
        owners.forEach(at: facts.source) { place in
            if holds(subjects[Int(place)], facts) { consider(&best, Int(place), rule) }
        }
        for place in links where holds(subjects[Int(place)], facts) { consider(&best, Int(place), rule) }
        return best
    }

    private func consider(_ best: inout Int?, _ place: Int?, _ rule: RuleSubjects?) {
        guard let place else { return }
        if let rule, rule.isRestricted {
            let name = subjects[place].name
            guard rule.names.contains(where: { subjects[Int(ruleSubjects[$0])].name == name }) else { return }
        }
        if let best, subjects[best].proof.strength >= subjects[place].proof.strength { return }
        best = place
    }

    private func holds(_ subject: Subject, _ facts: IdentityFacts) -> Bool {
        if subject.interface != 0, subject.interface != facts.interface { return false }
        if let wanted = subject.hardwareAddress, wanted != facts.hardwareAddress { return false }
        if let wanted = subject.user, wanted != facts.user { return false }
        if let wanted = subject.userGroup, wanted != facts.userGroup { return false }
        return true
    }

    /// The session from the same address that began last among those that last.
    private func session(_ facts: IdentityFacts) -> Int? {
        var (low, high) = (0, sessions.count)
        while low < high {
            let middle = (low + high) / 2
            if (sessions[middle].source, sessions[middle].start) <= (facts.source.bits, facts.time) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        while low > 0, sessions[low - 1].source == facts.source.bits, sessions[low - 1].latestEnd > facts.time {
            if sessions[low - 1].end > facts.time { return Int(sessions[low - 1].subject) }
            low -= 1
        }
        return nil
    }

    private func grant(_ facts: IdentityFacts) -> Int? {
        var (low, high) = (0, grants.count)
        while low < high {
            let middle = (low + high) / 2
            if (grants[middle].port, grants[middle].start) <= (facts.port, facts.time) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        while low > 0, grants[low - 1].port == facts.port {
            let grant = grants[low - 1]
            if grant.end > facts.time, grant.range.contains(facts.source) { return Int(grant.subject) }
            low -= 1
        }
        return nil
    }
}
