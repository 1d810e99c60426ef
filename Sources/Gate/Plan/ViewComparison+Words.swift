import Compiler
import Nftables
import Policy

/// What a view holds, in words.
extension ViewComparison {
    func services(_ port: GateView.PortView) -> String {
        port.services.map(\.description).joined(separator: ", ")
    }

    func logWords(_ log: String) -> String { log == "nothing" ? "nothing is" : "\(log) is" }

    func sources(_ rule: GateView.RuleView) -> String {
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

    func own(_ rule: GateView.RuleView) -> String {
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
    func proven(_ rule: GateView.RuleView) -> String {
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

    func reach(_ port: GateView.PortView) -> String {
        let words = port.reach.sorted().reversed().map { $0 == "host" ? "sockets of this host" : "forwarded ports" }
        return words.isEmpty ? "this host itself" : words.joined(separator: ", ")
    }

    func groups(_ port: GateView.PortView) -> String {
        port.logGroups.sorted().map { "\($0)" }.joined(separator: ", ")
    }

    func rate(_ limit: Limit) -> String { "\(limit.count)/\(limit.unit) per source" }

    /// Says how payload is judged otherwise; by digests where the words are the same.
    func changed(
        _ label: String, _ old: GateView.PayloadForms?, _ new: GateView.PayloadForms?, isServer: Bool
    ) -> Plan.Detail {
        var (was, becomes) = (old?.words(isServer: isServer) ?? "any", new?.words(isServer: isServer) ?? "any")
        if was == becomes {
            was += " (\(old?.digest ?? "-"))"
            becomes += " (\(new?.digest ?? "-"))"
        }
        return .said(label: label, from: was, to: becomes)
    }

    func instant(_ seconds: Int64, _ view: GateView) -> String {
        Instant(seconds: seconds.subtractingReportingOverflow(view.clockOffset).partialValue).rfc3339
    }

    /// Returns when a rule is open from now to the nearer of the two horizons, by the policy's clock; nil is always.
    func openings(_ rule: GateView.RuleView, _ view: GateView) -> [Interval<UInt64>]? {
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

    func hours(_ rule: GateView.RuleView, names: [String]?, _ view: GateView) -> String {
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
