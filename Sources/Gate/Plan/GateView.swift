import Nftables
import Policy

/// What a table does, in the words of a policy: ports, rules, sources, hours. Made the same way from the live table and
/// from a declared one, so that two of them can be compared.
struct GateView: Hashable, Sendable {
    /// A protocol and its ports.
    struct Service: Hashable, Sendable {
        let transport: UInt8
        let first: UInt16
        let last: UInt16

        /// `tcp 5432`, `udp 9000-9010`.
        var description: String {
            let name = TransportProtocol(rawValue: transport)?.name ?? "protocol \(transport)"
            return first == last ? "\(name) \(first)" : "\(name) \(first)-\(last)"
        }
    }

    /// A port of the policy.
    struct PortView: Hashable, Sendable {
        var name: String
        var services: [Service] = []
        /// The paths that are judged: `host`, `forwarded`.
        var reach: Set<String> = []
        /// Whether it refuses nobody and only tells what it would refuse.
        var observes = false
        /// `reject` or `drop`.
        var refusal = "reject"
        /// What is logged of refused traffic.
        var deniedLog = "nothing"
        /// The NFLOG groups that records go to.
        var logGroups: Set<UInt16> = []
        /// `strict`, `loose` or `none`.
        var sourceCheck = "none"
        /// Whether `portgate grant` can let somebody in.
        var isGranted = false
        /// What the server's first bytes must be; nil when they may be anything.
        var serves: PayloadForms?
        /// Rules by name, in the order in which they are judged.
        var rules: [RuleView] = []
    }

    /// A rule of a port.
    struct RuleView: Hashable, Sendable {
        var name: String
        /// Remote sources that their address alone lets in.
        var v4: IntervalSet<UInt32> = .empty
        var v6: IntervalSet<UInt128> = .empty
        /// When it is open, in seconds since the epoch; nil is always.
        var hours: IntervalSet<UInt64>? = .empty
        /// The second at which it ends; nil is never.
        var expires: Int64?
        /// How this host's own connections are told, one entry for each way; empty when none are allowed.
        var own: Set<ProvenWay> = []
        /// Remote sources that are told by more than their address, one entry for each way.
        var proven: Set<ProvenWay> = []
        /// What the first payload must be; nil when it may be anything.
        var requests: PayloadForms?
        /// New connections of a source, at most.
        var rate: Limit?
        /// Whether it only tells what it would allow.
        var observes = false
        var logged = false
    }

    /// A way in that is told by more than a remote address: all of it must hold.
    struct ProvenWay: Hashable, Sendable {
        /// Sessions, interfaces, security associations, hardware addresses, owners, and whatever has no word here.
        var conditions: [Statement]
        /// The addresses it counts for; nil for any.
        var v4: IntervalSet<UInt32>?
        var v6: IntervalSet<UInt128>?
    }

    /// What the first payload must be, by protocol; every entry of one is a form that it may have.
    struct PayloadForms: Hashable, Sendable {
        var byTransport: [UInt8: Set<[PayloadMatch]>] = [:]
    }

    /// Ports by name.
    var ports: [PortView] = []
    /// Facts of the rendering (`pg_about`), without their rules.
    var facts: [String] = []
    /// The bits of the connection mark that the gate keeps its states in.
    var markMask: UInt32?

    /// The last moment for which windows are rendered.
    var horizon: Instant? {
        for fact in facts where fact.hasPrefix("horizon ") {
            if let moment = try? Instant(parsing: fact.dropFirst(8)) { return moment }
        }
        return nil
    }

    /// Seconds added to every rendered instant; 0 unless the table is a rehearsal.
    var clockOffset: Int64 {
        facts.lazy.filter { $0.hasPrefix("clock ") }.compactMap { Int64($0.dropFirst(6)) }.first ?? 0
    }

    /// The digest of the policy that the table says it renders.
    var policyDigest: String? { facts.first { $0.hasPrefix("policy sha256 ") }.map { String($0.dropFirst(14)) } }
}

extension GateView.RuleView {
    /// Whether nothing leads to the rule any more.
    var isOver: Bool { v4.isEmpty && v6.isEmpty && own.isEmpty && proven.isEmpty }
}
