import Nftables
import Policy

/// Says in words how the ports of one view differ from those of another.
struct ViewComparison {
    let now: Instant
    let windowNames: Planner.WindowNames
    let from: GateView
    let to: GateView

    // MARK: - Ports

    func added(_ port: GateView.PortView) -> [Plan.Change] {
        var details: [Plan.Detail] = []
        if port.rules.isEmpty { details.append(.note("nobody may reach it")) }
        let headline =
            "\(services(port)): refused by \(port.refusal), of refused traffic \(logWords(port.deniedLog)) logged"
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
        if old.refusal != new.refusal { details.append(.said(label: "refusal", from: old.refusal, to: new.refusal)) }
        if old.deniedLog != new.deniedLog {
            details.append(.said(label: "refused, logged", from: old.deniedLog, to: new.deniedLog))
        }
        let common = Set(old.rules.map(\.name)).intersection(new.rules.map(\.name))
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
        return changes
    }

    // MARK: - Rules

    private func added(_ rule: GateView.RuleView, of port: String) -> Plan.Change {
        var parts = ["allows \(sources(rule))"]
        if rule.isOver { parts = ["has ended: allows nobody"] }
        if rule.hours != nil, !rule.isOver { parts.append(hours(rule, names: windowNames["\(port)/\(rule.name)"], to)) }
        if let expires = rule.expires { parts.append("until \(instant(expires, to))") }
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
        if old.other != new.other { details.append(.note("its other conditions change")) }
        return details
    }

    // MARK: - Words

    private func services(_ port: GateView.PortView) -> String {
        port.services.map(\.description).joined(separator: ", ")
    }

    private func logWords(_ log: String) -> String { log == "nothing" ? "nothing is" : "\(log) is" }

    private func sources(_ rule: GateView.RuleView) -> String {
        var parts: [String] = []
        for (family, addresses) in [
            ("IPv4", AddressBlocks.describe(rule.v4)), ("IPv6", AddressBlocks.describe(rule.v6)),
        ] {
            if let addresses { parts.append("\(family) \(addresses.words)") }
        }
        if !rule.own.isEmpty { parts.append(own(rule)) }
        return parts.isEmpty ? "nobody" : parts.joined(separator: ", ")
    }

    private func own(_ rule: GateView.RuleView) -> String {
        if rule.own.isEmpty { return "refused" }
        var parts: Set<String> = []
        for way in rule.own {
            var words: [String] = []
            for condition in way {
                switch condition {
                case .socketUser(let users):
                    words.append("user \(users.map { String($0) }.joined(separator: " or "))")
                case .socketGroup(let groups):
                    words.append("group \(groups.map { String($0) }.joined(separator: " or "))")
                case .sourceInSet(_, let set): words.append("sources \(set)")
                case .family: continue
                default: words.append("further conditions")
                }
            }
            parts.insert(words.isEmpty ? "this host itself" : "this host's " + words.joined(separator: ", "))
        }
        return parts.sorted().joined(separator: "; ")
    }

    private func instant(_ seconds: Int64, _ view: GateView) -> String {
        Instant(seconds: seconds.subtractingReportingOverflow(view.clockOffset).partialValue).rfc3339
    }

    /// Returns when a rule is open from now to the nearer of the two horizons, by the policy's clock; nil is always.
    private func openings(_ rule: GateView.RuleView, _ view: GateView) -> [Interval<UInt64>]? {
        guard let hours = rule.hours else { return nil }
        let horizon = [from.horizon, to.horizon].compactMap(\.self).min()?.seconds ?? Int64.max
        let stretch = IntervalSet<UInt64>([
            Interval(UInt64(clamping: now.seconds), UInt64(clamping: max(horizon, now.seconds)))
        ])
        let shifted = IntervalSet<UInt64>(
            hours.intervals.map { interval in
                Interval(
                    UInt64(clamping: Int64(clamping: interval.first).subtractingReportingOverflow(view.clockOffset).0),
                    UInt64(clamping: Int64(clamping: interval.last).subtractingReportingOverflow(view.clockOffset).0))
            })
        return shifted.intersection(stretch).intervals
    }

    private func hours(_ rule: GateView.RuleView, names: [String]?, _ view: GateView) -> String {
        guard let openings = openings(rule, view) else { return "always" }
        var text = names.map { "in \($0.joined(separator: ", ")): " } ?? ""
        guard let next = openings.first else { return text + "never open before the horizon" }
        text += "\(openings.count) openings ahead, the first until "
        if next.first > UInt64(clamping: now.seconds) {
            text += "\(Instant(seconds: Int64(clamping: next.last)).rfc3339) from "
            text += Instant(seconds: Int64(clamping: next.first)).rfc3339
        } else {
            text += Instant(seconds: Int64(clamping: next.last)).rfc3339
        }
        return text
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
        if from.policyDigest != to.policyDigest, let digest = to.policyDigest {
            let live = from.policyDigest?.prefix(12) ?? "none"
            lines.append("the policy's text changes: sha256 \(digest.prefix(12)) (live: \(live))")
        }
        return lines
    }
}

extension Plan.Addresses {
    /// The blocks in words: `10.20.0.0/16, 10.30.0.0/28 (65552 addresses)`.
    var words: String {
        var text = sample.joined(separator: ", ")
        if blocks > sample.count { text += " and \(blocks - sample.count) more" }
        if let addresses { text += " (\(addresses) address\(addresses == 1 ? "" : "es"))" }
        return text
    }
}
