import Compiler
import Nftables
import Policy

/// Says in words how the ports of one view differ from those of another.
struct ViewComparison {
    let now: Instant
    let windowNames: Planner.WindowNames
    let from: GateView
    let to: GateView
    let tables: (from: Table?, to: Table?)
    /// Objects that another hand changed, which are told apart.
    let altered: Set<String>

    // MARK: - Ports

    func added(_ port: GateView.PortView) -> [Plan.Change] {
        var details: [Plan.Detail] = []
        if port.rules.isEmpty { details.append(.note("nobody may reach it")) }
        if port.reach.count == 1 { details.append(.note("judged only for: \(reach(port))")) }
        if let serves = port.serves {
            details.append(.note("its server must speak first: \(serves.words(isServer: true))"))
        }
        if port.isGranted { details.append(.note("grants may let others in")) }
        let refusal = port.observes ? "observed, nobody is refused" : "refused by \(port.refusal)"
        let headline =
            "\(services(port)): \(refusal), of refused traffic \(logWords(port.deniedLog)) logged"
        return [Plan.Change(action: .add, port: port.name, rule: nil, headline: headline, details: details)]
            + port.rules.map { added($0, of: port.name) }
    }

    func removed(_ port: GateView.PortView) -> [Plan.Change] {
        [
            Plan.Change(
                action: .remove, port: port.name, rule: nil, headline: services(port),
                details: [.note("no longer gated: whatever listens there is open to everyone who can reach this host")])
        ]
    }

    func changed(from old: GateView.PortView, to new: GateView.PortView) -> [Plan.Change] {
        var details: [Plan.Detail] = []
        if old.services != new.services {
            details.append(.said(label: "ports", from: services(old), to: services(new)))
        }
        details += portDetails(from: old, to: new)
        if old.refusal != new.refusal { details.append(.said(label: "refusal", from: old.refusal, to: new.refusal)) }
        if old.deniedLog != new.deniedLog {
            details.append(.said(label: "refused, logged", from: old.deniedLog, to: new.deniedLog))
        }
        // Plain rules are judged before those that look at payload, and observed ones last.
        let kinds = Set(old.rules.map(\.place))
        let common = Set(new.rules.map(\.place).filter(kinds.contains).map(\.name))
        if old.rules.map(\.name).filter(common.contains) != new.rules.map(\.name).filter(common.contains) {
            details.append(
                .said(
                    label: "order of rules", from: old.rules.map(\.name).joined(separator: ", "),
                    to: new.rules.map(\.name).joined(separator: ", ")))
        }
        var changes: [Plan.Change] = []
        if !details.isEmpty {
            changes.append(Plan.Change(action: .change, port: new.name, rule: nil, headline: "", details: details))
        }
        for rule in new.rules {
            guard let earlier = old.rules.first(where: { $0.name == rule.name }) else {
                changes.append(added(rule, of: new.name))
                continue
            }
            let details = self.details(from: earlier, to: rule, port: new.name)
            if details.isEmpty { continue }
            changes.append(
                Plan.Change(action: .change, port: new.name, rule: rule.name, headline: "", details: details))
        }
        for rule in old.rules where !new.rules.contains(where: { $0.name == rule.name }) {
            changes.append(
                Plan.Change(
                    action: .remove, port: new.name, rule: rule.name, headline: "allowed \(sources(rule))", details: [])
            )
        }
        if changes.isEmpty { changes = unnamed(new.name) }
        return changes
    }

    private func portDetails(from old: GateView.PortView, to new: GateView.PortView) -> [Plan.Detail] {
        var details: [Plan.Detail] = []
        func say(_ label: String, _ old: String, _ new: String) {
            if old != new { details.append(.said(label: label, from: old, to: new)) }
        }
        say("judged for", reach(old), reach(new))
        say("mode", old.observes ? "observe" : "enforce", new.observes ? "observe" : "enforce")
        if old.serves != new.serves {
            details.append(changed("server's first bytes", old.serves, new.serves, isServer: true))
        }
        say("grants", old.isGranted ? "possible" : "none", new.isGranted ? "possible" : "none")
        say("source check", old.sourceCheck, new.sourceCheck)
        if !old.logGroups.isEmpty, !new.logGroups.isEmpty {
            say("log group", groups(old), groups(new))
        }
        return details
    }

    /// Returns a change that has no word of its own, when what stands in a port's chains differs all the same. Hours and
    /// expiries are compared by their moments, not here.
    private func unnamed(_ port: String) -> [Plan.Change] {
        let (old, new) = (chains(of: port, in: tables.from, from), chains(of: port, in: tables.to, to))
        let names = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] && !altered.contains("chain \($0)") }
        guard !names.isEmpty else { return [] }
        let words = "what it does changes in \(names.sorted().joined(separator: ", "))"
        return [Plan.Change(action: .change, port: port, rule: nil, headline: "", details: [.note(words)])]
    }

    /// Returns the rules of a port's chains without what is compared elsewhere.
    private func chains(of port: String, in table: Table?, _ view: GateView) -> [String: [[Statement]]] {
        var all: [String: [[Statement]]] = [:]
        let shift = UInt32((view.markMask ?? 1).trailingZeroBitCount)
        for chain in table?.chains ?? [] {
            let parts = chain.name.split(separator: "_", maxSplits: 2)
            guard parts.count == 3, parts[2] == port || parts[2].hasPrefix("\(port)/") else { continue }
            all[chain.name] = chain.rules.map { rule in
                rule.statements.map { statement in
                    switch statement {
                    case .timeInSet: .timeInSet("")
                    // Their addresses are compared, not what the set is called.
                    case .sourceInSet(let family, let set) where set.hasPrefix("pg_s"):
                        .sourceInSet(family: family, set: "")
                    case .destinationInSet(let family, let set) where set.hasPrefix("pg_s"):
                        .destinationInSet(family: family, set: "")
                    case .originalSourceInSet(let family, let set) where set.hasPrefix("pg_s"):
                        .originalSourceInSet(family: family, set: "")
                    case .timeBefore: .timeBefore(0)
                    case .connectionMark(let mask, let value):
                        .connectionMark(mask: mask >> shift, value: value >> shift)
                    case .setConnectionMark(let mask, let value):
                        .setConnectionMark(mask: mask >> shift, value: value >> shift)
                    default: statement
                    }
                }
            }
        }
        return all
    }

    // MARK: - Rules

    private func added(_ rule: GateView.RuleView, of port: String) -> Plan.Change {
        var parts = ["allows \(sources(rule))"]
        if rule.isOver { parts = ["has ended: allows nobody"] }
        if rule.hours != nil, !rule.isOver { parts.append(hours(rule, names: windowNames["\(port)/\(rule.name)"], to)) }
        if let expires = rule.expires { parts.append("until \(instant(expires, to))") }
        if let requests = rule.requests, !rule.isOver { parts.append("requests: \(requests.words(isServer: false))") }
        if let rate = rule.rate { parts.append("at most \(self.rate(rate))") }
        if rule.observes { parts.append("observed: allows nobody yet") }
        if !rule.logged { parts.append("not logged") }
        return Plan.Change(
            action: .add, port: port, rule: rule.name, headline: parts.joined(separator: ", "), details: [])
    }

    private func details(from old: GateView.RuleView, to new: GateView.RuleView, port: String) -> [Plan.Detail] {
        var details: [Plan.Detail] = []
        if old.isOver != new.isOver {
            let open = new.isOver ? old : new
            let words = ("ended: allows nobody", "allows \(sources(open))")
            return [
                .said(label: "rule", from: new.isOver ? words.1 : words.0, to: new.isOver ? words.0 : words.1)
            ]
        }
        if old.v4 != new.v4 {
            details.append(
                .sources(
                    family: "IPv4", added: AddressBlocks.describe(new.v4.subtracting(old.v4)),
                    removed: AddressBlocks.describe(old.v4.subtracting(new.v4))))
        }
        if old.v6 != new.v6 {
            details.append(
                .sources(
                    family: "IPv6", added: AddressBlocks.describe(new.v6.subtracting(old.v6)),
                    removed: AddressBlocks.describe(old.v6.subtracting(new.v6))))
        }
        if old.own != new.own {
            details.append(.said(label: "this host itself", from: own(old), to: own(new)))
        }
        if old.proven != new.proven {
            details.append(.said(label: "identities", from: proven(old), to: proven(new)))
        }
        if old.requests != new.requests {
            details.append(changed("requests", old.requests, new.requests, isServer: false))
        }
        if old.rate != new.rate {
            details.append(
                .said(label: "rate", from: old.rate.map(rate) ?? "no limit", to: new.rate.map(rate) ?? "no limit"))
        }
        if old.observes != new.observes {
            details.append(
                .said(
                    label: "mode", from: old.observes ? "observe" : "enforce", to: new.observes ? "observe" : "enforce")
            )
        }
        if openings(old, from) != openings(new, to) {
            let names = windowNames["\(port)/\(new.name)"]
            details.append(
                .said(label: "windows", from: hours(old, names: nil, from), to: hours(new, names: names, to)))
        }
        let ends = (old.expires.map { $0 - from.clockOffset }, new.expires.map { $0 - to.clockOffset })
        if ends.0 != ends.1 {
            details.append(
                .said(
                    label: "expires", from: old.expires.map { instant($0, from) } ?? "never",
                    to: new.expires.map { instant($0, to) } ?? "never"))
        }
        if old.logged != new.logged {
            details.append(
                .said(
                    label: "allowed, logged", from: old.logged ? "connections" : "nothing",
                    to: new.logged ? "connections" : "nothing"))
        }
        return details
    }

    /// Says that the policy's clock is moved, which opens and closes windows; nil when it is not.
    func clockMove() -> String? {
        guard from.clockOffset != to.clockOffset else { return nil }
        return "the policy's clock is shifted by \(to.clockOffset) s (live: \(from.clockOffset) s)"
    }

    /// Says what differs without changing anybody's access.
    func renewals() -> [String] {
        var lines: [String] = []
        if from.horizon != to.horizon {
            let words = (from.horizon?.rfc3339 ?? "no horizon", to.horizon?.rfc3339 ?? "no horizon")
            lines.append("windows are rendered until \(words.1) (live: \(words.0))")
        }
        if from.markMask != to.markMask, let live = from.markMask, let mask = to.markMask {
            let words = "0x\(String(mask, radix: 16)) (live: 0x\(String(live, radix: 16)))"
            lines.append("connections are judged again, and marked in the bits \(words)")
        }
        if from.policyDigest != to.policyDigest, let digest = to.policyDigest {
            let live = from.policyDigest?.prefix(12) ?? "none"
            lines.append("the policy's text changes: sha256 \(digest.prefix(12)) (live: \(live))")
        }
        return lines
    }
}

extension GateView.RuleView {
    /// What decides, beside the order in the policy, where a rule is judged.
    fileprivate var place: Place { Place(name: name, isTyped: requests != nil, observes: observes) }

    fileprivate struct Place: Hashable {
        let name: String
        let isTyped: Bool
        let observes: Bool
    }
}
