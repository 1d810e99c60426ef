extension IntervalSet {
    /// Calls `body` for each of the fewest prefixes that make up the set, in order.
    ///
    /// - Parameter body: takes the first number of the block and the number of leading bits its members share.
    @inlinable
    public func forEachBlock(_ body: (_ first: Bound, _ prefix: Int) -> Void) {
        for interval in intervals {
            var first = interval.first
            while true {
                // The largest aligned block that starts here and fits.
                let left = interval.last - first
                let fitting =
                    left == Bound.max ? Bound.bitWidth : Bound.bitWidth - 1 - (left + 1).leadingZeroBitCount
                let bits = Swift.min(first.trailingZeroBitCount, fitting)
                body(first, Bound.bitWidth - bits)
                guard bits < Bound.bitWidth else { break }
                let (next, overflow) = first.addingReportingOverflow(1 << Bound(bits))
                guard !overflow, next <= interval.last else { break }
                first = next
            }
        }
    }

    /// The number of members; `UInt128.max` stands for that many or one more.
    @inlinable
    public var memberCount: UInt128 {
        var sum: UInt128 = 0
        for interval in intervals {
            let (size, sizeOverflow) = UInt128(interval.last - interval.first).addingReportingOverflow(1)
            let (next, overflow) = sum.addingReportingOverflow(size)
            if sizeOverflow || overflow { return UInt128.max }
            sum = next
        }
        return sum
    }
}
