/// Watches the numbers of a group's packets for gaps.
struct SequenceWatch {
    /// Numbers that are missing.
    struct Gap: Hashable {
        let first: UInt32
        let last: UInt32
        let count: UInt32
    }

    /// The number that comes next. The kernel begins with 0 when a group is bound.
    private var next: UInt32 = 0
    /// Packets that were seen.
    private(set) var seen: UInt64 = 0

    /// Takes a number; returns what is missing before it. A number that stands behind the one expected begins anew: the group
    /// was bound again.
    mutating func take(_ number: UInt32) -> Gap? {
        seen &+= 1
        let distance = number &- next
        defer { next = number &+ 1 }
        guard distance != 0, distance < 1 << 31 else { return nil }
        return Gap(first: next, last: number &- 1, count: distance)
    }
}
