import Nftables
import PacketSpace
import Policy

/// The sources and times of a policy's rules as intervals: the same on every way, and worked out once.
final class PolicyIntervals {
    /// A rule of a port, for one family.
    struct Place: Hashable {
        let port: Int
        let rule: Int
        let family: AddressFamily
    }

    private var sources: [Place: IntervalList] = [:]
    private var times: [Place: IntervalList?] = [:]

    /// Returns the sources of a rule, worked out when they are not known yet; without a place always.
    func sources(at place: Place?, _ make: () -> IntervalList) -> IntervalList {
        guard let place else { return make() }
        if let known = sources[place] { return known }
        let made = make()
        sources[place] = made
        return made
    }

    /// Returns when a rule is open, worked out when it is not known yet; nil when it always is.
    func times(at place: Place, _ make: () -> IntervalList?) -> IntervalList? {
        if let known = times[place] { return known }
        let made = make()
        times[place] = .some(made)
        return made
    }
}

extension AddressSet {
    /// The remote addresses of a family, as numbers.
    func intervals(of family: AddressFamily) -> IntervalList {
        var ends: [UInt128] = []
        switch family {
        case .v4:
            ends.reserveCapacity(v4.intervals.count * 2)
            for interval in v4.intervals {
                ends.append(UInt128(interval.first))
                ends.append(UInt128(interval.last))
            }
        case .v6:
            ends.reserveCapacity(v6.intervals.count * 2)
            for interval in v6.intervals {
                ends.append(interval.first)
                ends.append(interval.last)
            }
        }
        return IntervalList(ends: ends)
    }
}
