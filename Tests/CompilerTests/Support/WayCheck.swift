import Compiler
import Nftables
import Policy
import Testing

/// Looks at every way into one rule of a rendering, and at what stands behind it.
struct WayCheck {
    let policy: Policy
    let port: Port
    let rule: AccessRule
    let described: CompiledRule
    let table: Table
    let context: String

    private var path: String { "\(port.name)/\(rule.name)" }
    private var isTyped: Bool { rule.requests != .unrestricted }
    private var isTimed: Bool { rule.windows != .unrestricted || rule.expires != nil }

    /// Returns the kinds of ways that were seen, one for each.
    func run() throws -> [String] {
        var kinds: [String] = []
        let ends = ["pg_a_", "pg_t_", "pg_w_", "pg_wt_", "pg_o_"].map { $0 + path }
        for chain in table.chains {
            for entry in chain.rules {
                guard let target = entry.statements.last?.target, ends.contains(target) else { continue }
                switch chain.name {
                case "pg_p_\(port.name)", "pg_l_\(port.name)":
                    checkTarget(entry, target)
                    kinds += try check(entry, isOwn: chain.name.hasPrefix("pg_l_"), target)
                case "pg_w_\(path)", "pg_wt_\(path)":
                    // Payload that fits goes on by its rule's own chain, and nothing else does.
                    #expect(isTyped && entry.statements.first == .transport(17), "\(entry) \(context)")
                    #expect(entry.statements.contains { $0.isPayload }, "\(entry) \(context)")
                default:
                    Issue.record("a way into \(target) from \(chain.name) \(context)")
                }
            }
        }
        if isTyped, rule.mode == .enforce {
            checkRequests()
            if !kinds.isEmpty { kinds.append("requests") }
        }
        if rule.mode == .observe, let chain = table.chains.first(where: { $0.name == "pg_o_\(path)" }) {
            #expect(chain.rules.last?.statements.last == .verdict(.return), "\(context)")
            #expect(chain.rules.flatMap(\.statements).allSatisfy { $0.target == nil && $0 != .verdict(.accept) })
        }
        return kinds
    }

    /// Whether a way leads where its rule's kind of judgement is.
    private func checkTarget(_ entry: Rule, _ target: String) {
        let wanted: [Statement] =
            if rule.mode == .observe {
                [.verdict(.jump("pg_o_\(path)"))]
            } else if isTyped {
                [.verdict(.jump("pg_w_\(path)")), .verdict(.jump("pg_wt_\(path)"))]
            } else {
                [.verdict(.goto("pg_a_\(path)")), .verdict(.goto("pg_t_\(path)"))]
            }
        #expect(entry.statements.last.map(wanted.contains) ?? false, "\(entry) \(context)")
    }

    private func check(_ entry: Rule, isOwn: Bool, _ target: String) throws -> [String] {
        let matches = entry.statements.dropLast()
        let times = matches.filter(\.isTime)
        #expect(times.count == (isTimed ? 1 : 0), "\(entry) \(context)")
        if rule.windows != .unrestricted {
            #expect(times == [.timeInSet(described.timeSet ?? "")], "\(entry) \(context)")
        }
        let rest = matches.filter { !$0.isTime }
        let isLasting = target.hasPrefix("pg_a_") || target.hasPrefix("pg_w_")
        var kinds = isTimed ? ["timed"] : []
        if rule.mode == .observe { kinds.append("observed") }
        if isOwn {
            #expect(!isLasting, "\(entry) \(context)")
            kinds.append(try checkOwn(rest, entry))
        } else {
            kinds.append(try checkRemote(rest, entry, isLasting: isLasting))
        }
        return kinds
    }

    // MARK: - From outside

    private func checkRemote(_ matches: [Statement], _ entry: Rule, isLasting: Bool) throws -> String {
        let sets = matches.compactMap(\.sourceSet)
        let sessions = sets.filter { $0.hasPrefix("pg_i") }
        let declared = sets.filter { !sessions.contains($0) }
        let proofs = Set(matches.filter { $0.sourceSet == nil })
        #expect(declared.count <= 1 && sessions.count <= 1, "\(entry) \(context)")
        if proofs.isEmpty, sessions.isEmpty {
            #expect(declared.count == 1 && matches.count == 1, "\(entry) \(context)")
            #expect([described.v4.set, described.v6.set].contains(declared.first), "\(entry) \(context)")
            // What an observed rule would allow is told, and lasts nowhere.
            let isObserved = entry.statements.last == .verdict(.jump("pg_o_\(path)"))
            #expect(isLasting == (!isTimed && !isObserved), "\(entry) \(context)")
            return "addresses"
        }
        #expect(!isLasting, "\(entry) \(context)")
        // What is told by more than the address is told by one identity's whole proof.
        let identity = identities.first { identity in
            switch identity.proof {
            case .session:
                proofs.isEmpty && ["pg_i4_\(identity.name)", "pg_i6_\(identity.name)"].contains(sessions.first)
            case .wireguard(let name, _): proofs == [.inputInterface(name, negated: false)] && sessions.isEmpty
            case .ipsec(let proof):
                proofs
                    == Set(
                        [proof.reqid.map(Statement.securityRequest), proof.spi.map(Statement.securityIndex)]
                            .compactMap(\.self)) && sessions.isEmpty
            case .link(let proof):
                proofs
                    == Set(
                        [
                            proof.mac.map(Statement.linkAddress),
                            proof.interface.map { .inputInterface($0, negated: false) },
                        ].compactMap(\.self)) && sessions.isEmpty
            case .addresses, .process, .members: false
            }
        }
        let found = try #require(identity, "\(entry) is nobody's \(context)")
        var bounds: [AddressSet] = []
        if case .only(let networks) = rule.networks { bounds.append(networks) }
        if case .wireguard(_, let addresses) = found.proof { bounds.append(addresses) }
        #expect(declared.isEmpty == bounds.isEmpty, "\(entry) \(context)")
        if let set = declared.first { expect(set, isWithin: bounds) }
        switch found.proof {
        case .session: return "session"
        case .wireguard: return "interface"
        case .ipsec: return "security"
        default: return "link"
        }
    }

    private func expect(_ name: String, isWithin bounds: [AddressSet]) {
        switch table.sets.first(where: { $0.name == name })?.content {
        case .ipv4(let ranges):
            let set = IntervalSet(ranges.map { Interval($0.first, $0.last) })
            #expect(bounds.allSatisfy { set.isSubset(of: $0.v4) }, "\(name) \(context)")
        case .ipv6(let ranges):
            let set = IntervalSet(ranges.map { Interval($0.first, $0.last) })
            #expect(bounds.allSatisfy { set.isSubset(of: $0.v6) }, "\(name) \(context)")
        default: Issue.record("\(name) holds no addresses \(context)")
        }
    }

    // MARK: - From this host itself

    private func checkOwn(_ matches: [Statement], _ entry: Rule) throws -> String {
        let addresses = matches.filter { $0.sourceSet != nil || $0.isFamily }
        let owners = matches.filter(\.isOwner)
        #expect(addresses.count == 1, "\(entry) \(context)")
        #expect(matches.count == addresses.count + owners.count, "\(entry) \(context)")
        if rule.networks == .unrestricted, addresses.first?.isFamily == true {
            let byAddress = described.own.contains { $0.anyAddress && $0.users == nil && $0.groups == nil }
            #expect(!owners.isEmpty || byAddress, "\(entry) \(context)")
        }
        guard !owners.isEmpty else { return "own addresses" }
        // A process clause gathers identities that state the same things.
        let stated = Set(owners.map(\.ownerKind))
        let fits = identities.contains { identity in
            guard case .process(let proof) = identity.proof else { return false }
            var parts: Set<String> = []
            if proof.user != nil { parts.insert("user") }
            if proof.group != nil { parts.insert("group") }
            if proof.cgroup != nil { parts.insert("cgroup") }
            return parts == stated
        }
        #expect(fits, "\(entry) \(context)")
        for case .cgroupInSet(let level, let set) in owners {
            #expect(level >= 1 && set.hasPrefix("pg_k_"), "\(entry) \(context)")
        }
        return stated.contains("cgroup") ? "cgroup" : "process"
    }

    /// The identities behind the rule's, members expanded.
    private var identities: [Identity] {
        guard case .only(let names) = rule.identities else { return [] }
        let declared = Dictionary(uniqueKeysWithValues: policy.identities.map { ($0.name, $0) })
        var (open, seen, found): ([Name], Set<Name>, [Identity]) = (names, [], [])
        while let name = open.popLast() {
            guard seen.insert(name).inserted, let identity = declared[name] else { continue }
            if case .members(let members) = identity.proof { open += members } else { found.append(identity) }
        }
        return found
    }

    // MARK: - Requests

    /// Whether whatever lets payload on has held it against the types first.
    private func checkRequests() {
        for prefix in ["pg_w_", "pg_wt_"] {
            guard let chain = table.chains.first(where: { $0.name == prefix + path }) else { continue }
            for entry in chain.rules {
                switch entry.statements.last {
                case .verdict(.goto("pg_x_\(path)")):
                    #expect(entry.statements.starts(with: [.transport(6), .hasPayload]), "\(entry) \(context)")
                case .verdict(.goto(let target)) where target.hasPrefix("pg_a_") || target.hasPrefix("pg_t_"):
                    #expect(entry.statements.contains { $0.isPayload }, "\(entry) \(context)")
                case .verdict(.goto), .verdict(.accept):
                    // An opening, a segment without payload of a connection to be judged, or one that has been.
                    #expect(entry.statements.first?.isStateOrOpening ?? false, "\(entry) \(context)")
                default: break
                }
            }
            // Payload has left before what is let in to be judged is let in.
            let payload = chain.rules.firstIndex { $0.statements.starts(with: [.transport(6), .hasPayload]) }
            let pending = chain.rules.firstIndex {
                $0.statements.contains(where: \.isOpening) && !$0.statements.contains(.hasPayload)
            }
            if let pending { #expect(payload.map { $0 < pending } ?? false, "\(context)") }
        }
        if let chain = table.chains.first(where: { $0.name == "pg_x_\(path)" }) {
            let notFirst: [Statement] = [
                .connectionKnown(.clientSequence, set: "pg_first", negated: true), .verdict(.return),
            ]
            #expect(chain.rules.first?.statements == notFirst, "\(context)")
            for entry in chain.rules.dropFirst() {
                #expect(entry.statements.dropLast().allSatisfy { $0.isPayload }, "\(entry) \(context)")
                #expect(entry.statements.count > 1, "\(entry) \(context)")
                #expect(entry.statements.last == .verdict(.goto("pg_y_\(path)")), "\(entry) \(context)")
            }
        }
        for prefix in ["pg_z_", "pg_zt_"] {
            for entry in table.chains.first(where: { $0.name == prefix + path })?.rules ?? [] {
                let verified: [Statement] = [
                    .connectionKnown(.server, set: "pg_f_\(path)", negated: false),
                    .connectionKnown(.serverAcknowledges, set: "pg_first", negated: true),
                ]
                #expect(verified.allSatisfy { entry.statements.contains($0) }, "\(entry) \(context)")
            }
        }
        for chain in table.chains where chain.name != "pg_x_\(path)" {
            let leads = chain.rules.contains { $0.statements.last?.target == "pg_y_\(path)" }
            #expect(!leads, "\(chain.name) \(context)")
        }
    }
}

extension Statement {
    /// The chain that a jump or goto leads to.
    var target: String? {
        switch self {
        case .verdict(.goto(let chain)), .verdict(.jump(let chain)): chain
        default: nil
        }
    }

    /// The set that it looks for the source in.
    var sourceSet: String? {
        if case .sourceInSet(_, let set) = self { return set }
        return nil
    }

    /// The set that it looks for the client in, where the client does not send.
    var answerSet: String? {
        switch self {
        case .destinationInSet(_, let set), .originalSourceInSet(_, let set): set
        default: nil
        }
    }

    fileprivate var isTime: Bool {
        switch self {
        case .timeInSet, .timeBefore: true
        default: false
        }
    }

    fileprivate var isOwner: Bool {
        switch self {
        case .socketUser(let list), .socketGroup(let list): !list.isEmpty
        case .cgroupInSet: true
        default: false
        }
    }

    fileprivate var ownerKind: String {
        switch self {
        case .socketUser: "user"
        case .socketGroup: "group"
        default: "cgroup"
        }
    }

    fileprivate var isFamily: Bool {
        if case .family = self { return true }
        return false
    }

    fileprivate var isPayload: Bool {
        if case .payload = self { return true }
        return false
    }

    fileprivate var isOpening: Bool { self == .tcpFlags(.opening) }

    fileprivate var isStateOrOpening: Bool {
        if case .connectionMark = self { return true }
        return isOpening
    }
}
