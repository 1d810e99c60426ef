import Compiler
public import Nftables
public import Policy

/// Compares what a table takes for granted of the host with the host as it is.
public struct IdentityAudit: Sendable {
    /// Addresses named in one finding, at most.
    private static let examples = 5

    private let host: IdentityHost

    /// Creates an audit of a host.
    public init(host: IdentityHost) { self.host = host }

    /// Returns what is to be said of a live table.
    public func findings(_ table: Table?, door: KernelDoor) -> [Diagnostic] {
        let claims = IdentityClaims(table)
        var findings: [Diagnostic] = []
        for claim in claims.controlGroups { findings += finding(claim, door) }
        for account in claims.accounts {
            let today = account.kind == .user ? host.accounts.user(account.name) : host.accounts.group(account.name)
            if today != account.number { findings.append(.accountMoved(account, today: today)) }
        }
        for name in Set(claims.ways.map(\.interface)).sorted() where !host.hasInterface(name) {
            let rules = Set(claims.ways.filter { $0.interface == name }.map(\.rule)).sorted()
            findings.append(.noInterface(name, rules: rules))
        }
        for interface in claims.wireguard.sorted() where host.hasInterface(interface) {
            let peers = host.peers(interface)
            if case .unknown(let reason) = peers { findings.append(.peersUnknown(interface, reason: reason)) }
            findings += unbound(on: interface, peers, claims).map { .unboundAddress($0) }
        }
        return findings
    }

    /// Refuses a table whose rules take addresses from WireGuard that no peer is bound to.
    public func check(_ table: Table?) throws(GateFailure) {
        let claims = IdentityClaims(table)
        var reasons: [String] = []
        for interface in claims.wireguard.sorted() where host.hasInterface(interface) {
            reasons += unbound(on: interface, host.peers(interface), claims)
        }
        guard let first = reasons.first else { return }
        throw .identityNotBound(first, more: Array(reasons.dropFirst()))
    }

    private func finding(_ claim: IdentityClaims.ControlGroup, _ door: KernelDoor) -> [Diagnostic] {
        let held = try? door.elements(SetHandle(controlGroups: claim.set)).elements.map(\.first)
        switch (host.controlGroup(claim.path), held) {
        case (.unknown(let reason), _): return [.controlGroupUnknown(claim, reason: reason)]
        case (_, nil): return [.controlGroupUnknown(claim, reason: "set \(claim.set) cannot be read")]
        case (.absent, let held?):
            return [.noControlGroup(claim)] + (held.isEmpty ? [] : [.controlGroupStale(claim, held: held, live: nil)])
        case (.live(let id), let held?):
            return held == [UInt128(id)] ? [] : [.controlGroupStale(claim, held: held, live: id)]
        }
    }

    /// Says which addresses rules take from an interface although no peer of it is bound to them.
    private func unbound(
        on interface: String, _ peers: WireGuardPeers, _ claims: IdentityClaims
    ) -> [String] {
        let ways = claims.ways.filter { $0.interface == interface && !$0.isNeighbour }
        switch peers {
        case .unknown: return []
        case .refused(let words):
            return ["\(interface) is not an interface of WireGuard that wg can tell of: \(words)"]
        case .bound(let v4, let v6):
            return ways.compactMap { way in
                var texts: [String] = []
                way.v4.subtracting(v4).forEachBlock { first, prefix in
                    if texts.count <= Self.examples {
                        texts.append(Self.block(.v4(IPv4Address(bits: first)), prefix, 32))
                    }
                }
                way.v6.subtracting(v6).forEachBlock { first, prefix in
                    if texts.count <= Self.examples {
                        texts.append(Self.block(.v6(IPv6Address(bits: first)), prefix, 128))
                    }
                }
                guard !texts.isEmpty else { return nil }
                let more = texts.count > Self.examples ? " and more" : ""
                let list = texts.prefix(Self.examples).joined(separator: ", ") + more
                return "rule \(way.rule) lets \(list) in over \(interface), where no peer is bound to that"
            }
        }
    }

    private static func block(_ address: IPAddress, _ prefix: Int, _ whole: Int) -> String {
        prefix == whole ? "\(address)" : "\(address)/\(prefix)"
    }
}
