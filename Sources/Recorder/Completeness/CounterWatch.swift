/// Compares counters of rules with the records of their prefixes. What was counted before the first look counts for nothing.
struct CounterWatch {
    private struct Watched {
        /// The counter at the last look, and at the first.
        var last: UInt64
        var base: UInt64
        /// Records at the first look.
        var seen: UInt64
        /// What was told to be missing already.
        var told: UInt64
    }

    private var watched: [UInt32: Watched] = [:]

    /// Takes a counter and returns how many more records than before are missing.
    ///
    /// - Parameters:
    ///   - seenThen: records when the counter was read, or before: what was still on its way counts for no first look.
    ///   - seenNow: records now that everything has arrived that was on its way then.
    mutating func take(_ prefix: UInt32, packets: UInt64, seenThen: UInt64, seenNow: UInt64) -> UInt64 {
        guard var known = watched[prefix], packets >= known.last else {
            // The first look, or the counter was made anew.
            watched[prefix] = Watched(last: packets, base: packets, seen: seenThen, told: 0)
            return 0
        }
        known.last = packets
        let counted = packets - known.base
        let recorded = seenNow &- known.seen
        let missing = counted > recorded ? counted - recorded : 0
        let new = missing > known.told ? missing - known.told : 0
        known.told += new
        watched[prefix] = known
        return new
    }
}
