/// A proof of identity that is not an address: something that holds for a connection or does not, whatever name a policy
/// gives it.
public enum ProofAtom: Hashable, Sendable {
    /// A process of this host.
    case process(user: ProcessProof.Account?, group: ProcessProof.Account?, cgroup: String?)
    /// A peer on a WireGuard interface; its addresses are a matter of the source.
    case wireguard(interface: String)
    /// A security association.
    case ipsec(IPsecProof)
    /// A neighbour.
    case link(LinkProof)
    /// A session.
    case session(user: String)

    /// Whether only connections of this host to itself can have it.
    var isOfThisHost: Bool {
        if case .process = self { return true }
        return false
    }

    /// Tells whether whoever has this proof has the other one too: the other states no more than this one does.
    func implies(_ other: ProofAtom) -> Bool {
        switch (self, other) {
        case (.process(let user, let group, let cgroup), .process(let otherUser, let otherGroup, let otherCgroup)):
            (otherUser == nil || otherUser == user) && (otherGroup == nil || otherGroup == group)
                && (otherCgroup.map { wanted in cgroup.map { $0 == wanted || $0.hasPrefix(wanted + "/") } ?? false }
                    ?? true)
        case (.ipsec(let proof), .ipsec(let other)):
            (other.reqid == nil || other.reqid == proof.reqid) && (other.spi == nil || other.spi == proof.spi)
        case (.link(let proof), .link(let other)):
            (other.mac == nil || other.mac == proof.mac)
                && (other.interface == nil || other.interface == proof.interface)
        default: self == other
        }
    }
}

extension IdentityProof {
    /// The proof without addresses and places; nil for one told by address, and for a group.
    var atom: ProofAtom? {
        switch self {
        case .addresses, .members: nil
        case .process(let proof): .process(user: proof.user, group: proof.group, cgroup: proof.cgroup)
        case .wireguard(let interface, _): .wireguard(interface: interface)
        case .ipsec(let proof): .ipsec(proof)
        case .link(let proof): .link(proof)
        case .session(let user): .session(user: user)
        }
    }
}

extension ProofAtom: CustomStringConvertible {
    /// The proof in the policy language's words: `session alice`.
    public var description: String {
        switch self {
        case .process(let user, let group, let cgroup):
            "process"
                + [user.map { " user \($0.text)" }, group.map { " group \($0.text)" }, cgroup.map { " cgroup \($0)" }]
                .compactMap { $0 }.joined()
        case .wireguard(let interface): "wireguard \(interface)"
        case .ipsec(let proof):
            "ipsec" + [proof.reqid.map { " reqid \($0)" }, proof.spi.map { " spi \($0)" }].compactMap { $0 }.joined()
        case .link(let proof):
            "link"
                + [proof.mac.map { " mac \(Self.hardware($0))" }, proof.interface.map { " interface \($0)" }]
                .compactMap { $0 }.joined()
        case .session(let user): "session \(user)"
        }
    }

    private static func hardware(_ address: UInt64) -> String {
        stride(from: UInt64(40), through: 0, by: -8).map { shift in
            let byte = String(address >> shift & 255, radix: 16)
            return byte.utf8.count == 1 ? "0" + byte : byte
        }.joined(separator: ":")
    }
}

extension ProcessProof.Account {
    fileprivate var text: String {
        switch self {
        case .name(let name): name
        case .number(let number): String(number)
        }
    }
}
