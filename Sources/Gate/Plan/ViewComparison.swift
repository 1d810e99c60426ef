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
        if !rule.proven.isEmpty { parts.append(proven(rule)) }
        if !rule.own.isEmpty { parts.append(own(rule)) }
        return parts.isEmpty ? "nobody" : parts.joined(separator: ", ")
    }

    private func own(_ rule: GateView.RuleView) -> String {
        if rule.own.isEmpty { return "refused" }
        var parts: Set<String> = []
        for way in rule.own {
            var words: [String] = []
            for condition in way.conditions {
                switch condition {
                case .socketUser(let users):
                    words.append("user \(users.map { String($0) }.joined(separator: " or "))")
                case .socketGroup(let groups):
                    words.append("group \(groups.map { String($0) }.joined(separator: " or "))")
                case .cgroupInSet(_, let set): words.append("cgroup \(Self.identity(set, prefix: "pg_k_"))")
                case .family: continue
                default: words.append("further conditions")
                }
            }
            for addresses in [way.v4.flatMap(AddressBlocks.describe), way.v6.flatMap(AddressBlocks.describe)] {
                if let addresses { words.append("connections from \(addresses.words)") }
            }
            parts.insert(words.isEmpty ? "this host itself" : "this host's " + words.joined(separator: ", "))
        }
        return parts.sorted().joined(separator: "; ")
    }

    /// Says by what remote sources are told beside their address.
    private func proven(_ rule: GateView.RuleView) -> String {
        var parts: Set<String> = []
        for way in rule.proven {
            var words = way.conditions.map(Self.proof)
            for addresses in [way.v4.flatMap(AddressBlocks.describe), way.v6.flatMap(AddressBlocks.describe)] {
                if let addresses { words.append("from \(addresses.words)") }
            }
            parts.insert(words.joined(separator: " "))
        }
        return parts.isEmpty ? "none" : parts.sorted().joined(separator: "; ")
    }

    private static func proof(_ condition: Statement) -> String {
        switch condition {
        case .sourceInSet(_, let set): "session \(identity(set, prefix: "pg_i"))"
        case .inputInterface(let name, _): "over \(name)"
        case .securityRequest(let number): "ipsec reqid \(number)"
        case .securityIndex(let number): "ipsec spi \(number)"
        case .linkAddress(let address):
            "link "
                + stride(from: 40, through: 0, by: -8).map { shift in
                    let byte = UInt8(truncatingIfNeeded: address >> UInt64(shift))
                    return (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }.joined(separator: ":")
        default: "further conditions"
        }
    }

    /// Returns the identity that a set is named for: `pg_i4_alice`, `pg_k_backup/1a2b3c4d`.
    private static func identity(_ set: String, prefix: String) -> String {
        guard set.hasPrefix(prefix), let name = set.split(separator: "_", maxSplits: 2).last else { return set }
        return name.split(separator: "/").first.map { String($0) } ?? set
    }

    private func reach(_ port: GateView.PortView) -> String {
        let words = port.reach.sorted().reversed().map { $0 == "host" ? "sockets of this host" : "forwarded ports" }
        return words.isEmpty ? "this host itself" : words.joined(separator: ", ")
    }

    private func groups(_ port: GateView.PortView) -> String {
        port.logGroups.sorted().map { "\($0)" }.joined(separator: ", ")
    }

    private func rate(_ limit: Limit) -> String { "\(limit.count)/\(limit.unit) per source" }

    /// Says how payload is judged otherwise; by digests where the words are the same.
    private func changed(
        _ label: String, _ old: GateView.PayloadForms?, _ new: GateView.PayloadForms?, isServer: Bool
    ) -> Plan.Detail {
        var (was, becomes) = (old?.words(isServer: isServer) ?? "any", new?.words(isServer: isServer) ?? "any")
        if was == becomes {
            was += " (\(old?.digest ?? "-"))"
            becomes += " (\(new?.digest ?? "-"))"
        }
        return .said(label: label, from: was, to: becomes)
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

extension GateView.PayloadForms {
    /// The request types that the forms stand for.
    func words(isServer: Bool) -> String {
        var words: Set<String> = []
        for (transport, forms) in byTransport {
            let all = Array(forms)
            words.formUnion(
                isServer ? RequestWords.server(all, over: transport) : RequestWords.client(all, over: transport))
        }
        return words.isEmpty ? "none that can be judged" : words.sorted().joined(separator: ", ")
    }

    /// A digest of the comparisons.
    var digest: String {
        let lines = byTransport.flatMap { transport, forms in forms.map { "\(transport) \($0)" } }
        return String(Digest.hex(of: Array(lines.sorted().joined(separator: "\n").utf8)).prefix(12))
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
