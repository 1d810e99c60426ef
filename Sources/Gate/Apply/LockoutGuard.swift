public import Nftables
public import Policy

/// Decides whether a change would shut out the one who makes it (or whoever must be let in). Pure.
public struct LockoutGuard: Sendable {
    private static let soon: Int64 = 24 * 3600

    private let endpoints: [ManagementEndpoint]

    /// Creates a guard over ways that must stay open.
    public init(endpoints: [ManagementEndpoint]) { self.endpoints = endpoints }

    /// What the guard says of a change.
    public struct Verdict: Sendable {
        /// Why it must not be made; nil when nobody is shut out.
        public let refusal: GateFailure?
        /// Who will be shut out soon, in words.
        public let warnings: [String]
    }

    /// Judges a table by what it will do from the moment it is live, and, when there is one, the policy behind it.
    ///
    /// `now` is the host's clock; `policyNow` the policy's, which differs in a rehearsal.
    public func judge(_ table: Table?, policy: Policy?, now: Instant, policyNow: Instant) -> Verdict {
        let view = GateView(table)
        var warnings: [String] = []
        for endpoint in endpoints {
            if let policy {
                let attempt = AccessAttempt(
                    source: endpoint.source, isOwn: endpoint.isOwn, port: endpoint.port, transport: endpoint.transport,
                    time: policyNow, request: endpoint.origin == .currentSSH ? .ssh : nil)
                // What somebody who must be let in will say first is not known here.
                if case .refused(let port, let misses) = policy.decide(attempt), policy.ports[port].mode == .enforce,
                    !misses.contains(where: { $0.mismatches == [.request] && endpoint.origin != .currentSSH })
                {
                    return Verdict(
                        refusal: refusal(endpoint, by: "port \(policy.ports[port].name)"), warnings: warnings)
                }
            }
            switch view.decide(endpoint, at: now.seconds) {
            case .notJudged: continue
            case .refused(let port):
                return Verdict(refusal: refusal(endpoint, by: "port \(port)"), warnings: warnings)
            case .allowed(let port, let until):
                guard let until, until - now.seconds < Self.soon else { continue }
                warnings.append(
                    "\(endpoint) will be refused by port \(port) from \(Instant(seconds: until).rfc3339) (host's clock)"
                )
            }
        }
        return Verdict(refusal: nil, warnings: warnings)
    }

    private func refusal(_ endpoint: ManagementEndpoint, by reason: String) -> GateFailure {
        switch endpoint.origin {
        case .currentSSH: .wouldLockOut(endpoint.description, reason: reason)
        case .named: .mustAllowRefused(endpoint.description, reason: reason)
        }
    }
}

extension GateView {
    /// What the table does with a connection.
    enum TableDecision: Hashable {
        /// No port covers it.
        case notJudged
        /// The port refuses it.
        case refused(port: String)
        /// The port allows it, until the moment given when there is one (kernel's clock).
        case allowed(port: String, until: Int64?)
    }

    /// Decides a connection by what the table says, at a second of the kernel's clock.
    func decide(_ endpoint: ManagementEndpoint, at second: Int64) -> TableDecision {
        guard
            let port = ports.first(where: { port in
                port.services.contains {
                    $0.transport == endpoint.transport.rawValue && $0.first <= endpoint.port && endpoint.port <= $0.last
                }
            })
        else { return .notJudged }
        if port.observes { return .allowed(port: port.name, until: nil) }
        var open = IntervalSet<UInt64>.empty
        for rule in port.rules where !rule.observes && rule.mayAdmit(endpoint) {
            // An opening ends with the second at which it closes (RangeTime).
            var hours =
                rule.hours.map { hours in
                    IntervalSet(hours.intervals.map { Interval($0.first, max($0.first, $0.last &- 1)) })
                } ?? .full
            if let expires = rule.expires {
                guard expires > 0 else { continue }
                hours = hours.intersection(IntervalSet([Interval(0, UInt64(expires) - 1)]))
            }
            open = open.union(hours)
        }
        let moment = UInt64(clamping: second)
        guard let interval = open.intervals.first(where: { $0.first <= moment && moment <= $0.last }) else {
            return .refused(port: port.name)
        }
        return .allowed(
            port: port.name, until: interval.last == UInt64.max ? nil : Int64(clamping: interval.last) + 1)
    }
}

extension GateView.RuleView {
    /// Whether the rule may let the source in, hours aside. For own connections, whose process is not known here, any way
    /// for them counts; the policy's own decision, which is asked too, is stricter.
    fileprivate func mayAdmit(_ endpoint: ManagementEndpoint) -> Bool {
        if endpoint.isOwn { return !own.isEmpty }
        switch endpoint.source {
        case .v4(let address): return v4.contains(address.bits)
        case .v6(let address): return v6.contains(address.bits)
        }
    }
}
