import Nftables

extension SetHandle {
    /// Names a set whose elements a table declares; nil when it declares none.
    init?(_ name: String, _ content: NamedSet.Content) {
        switch content {
        case .ipv4: self.init(name, key: .ipv4, isInterval: true)
        case .ipv6: self.init(name, key: .ipv6, isInterval: true)
        case .time: self.init(name, key: .time, isInterval: true)
        case .dynamic, .timed, .cgroups, .connections, .timedProtocols: return nil
        }
    }
}

extension SetElement {
    private static let second: UInt128 = 1_000_000_000

    /// The elements of a set's declared content.
    static func all(_ content: NamedSet.Content) -> [SetElement] {
        switch content {
        case .ipv4(let ranges): ranges.map { SetElement(UInt128($0.first), UInt128($0.last)) }
        case .ipv6(let ranges): ranges.map { SetElement($0.first, $0.last) }
        case .time(let ranges):
            // A range ends with the instant T.000000000, as nft writes it.
            ranges.map { SetElement(UInt128($0.first) * second, UInt128($0.last) * second) }
        case .dynamic, .timed, .cgroups, .connections, .timedProtocols: []
        }
    }

    /// The content that elements are, in the form of another content; nil when they cannot be that.
    static func content(_ elements: [SetElement], like other: NamedSet.Content) -> NamedSet.Content? {
        switch other {
        case .ipv4:
            return .ipv4(
                elements.map {
                    Range32(UInt32(truncatingIfNeeded: $0.first), UInt32(truncatingIfNeeded: $0.last))
                })
        case .ipv6: return .ipv6(elements.map { Range128($0.first, $0.last) })
        case .time:
            guard elements.allSatisfy({ $0.first % second == 0 && $0.last % second == 0 }) else { return nil }
            return .time(
                elements.map { RangeTime(Int64(truncatingIfNeeded: $0.first / second), Int64($0.last / second)) })
        case .dynamic, .timed, .cgroups, .connections, .timedProtocols: return nil
        }
    }
}

extension SetChange {
    /// The change of one set of a transition. What goes must be there: the table was read before.
    init?(_ change: ElementChange) {
        guard let set = SetHandle(change.set, change.added) else { return nil }
        self.init(
            set, removed: SetElement.all(change.removed), added: SetElement.all(change.added), toleratesAbsence: false)
    }
}
