/// Keeps a flood of refusals from becoming a flood of records: of each source and rule so many are recorded in a window of
/// time, and the rest is counted and told in one record. The table is bounded; who has no room in it pushes out the one that
/// has been in it for the longest time, and what was counted of that one is told then.
struct DenialBudget {
    /// What was counted of one source and rule.
    struct Entry {
        /// The last packet's record, as a sample.
        var sample = AccessRecord()
        var source: UInt128 = 0
        var prefix: UInt32 = 0
        var hash: UInt32 = 0
        /// When the window began, on the clock that nobody sets.
        var begin: Int64 = 0
        var recorded: UInt32 = 0
        var suppressed: UInt64 = 0
        var first: Int64 = 0
        var last: Int64 = 0

        /// Begins to count for another source or rule. What is left of the old sample is never told: with the first packet that is
        /// counted comes another.
        mutating func restart(_ source: UInt128, _ prefix: UInt32, _ hash: UInt32, at now: Int64) {
            (self.source, self.prefix, self.hash) = (source, prefix, hash)
            (begin, recorded) = (now, 1)
            (suppressed, first, last) = (0, 0, 0)
        }

        /// The record of what was counted.
        var summary: AccessRecord {
            var record = sample
            record.suppressed = suppressed
            (record.first, record.last) = (first, last)
            record.time = last
            return record
        }
    }

    private var entries: [Entry]
    private var index: FlatIndex
    private var ages: AgeList
    private let seed: HashSeed
    private let perWindow: UInt32
    private let window: Int64

    /// - Parameters:
    ///   - perWindow: refusals of one source and rule that are recorded in a window.
    ///   - window: its length in nanoseconds.
    init(capacity: Int, perWindow: UInt32, window: Int64, seed: HashSeed) {
        entries = Array(repeating: Entry(), count: capacity)
        index = FlatIndex(capacity: capacity)
        ages = AgeList(capacity: capacity)
        self.seed = seed
        self.perWindow = perWindow
        self.window = window
    }

    /// What becomes of a refusal.
    enum Outcome {
        /// It is recorded.
        case record
        /// It was counted.
        case counted
        /// It is recorded, and what was counted of another source, too.
        case recordBeside(Entry)
    }

    /// Takes a refusal. One source is an IPv4 address, or the first half of an IPv6 one.
    mutating func take(_ record: AccessRecord, prefix: UInt32, at now: Int64) -> Outcome {
        let address = record.tuple.source
        let source = address.v4 == nil ? (address.bits >> 64) << 64 : address.bits
        var keyed = KeyedHash(seed)
        keyed.add(source)
        keyed.add(UInt64(prefix))
        let hash = keyed.value
        if let place = index.find(hash, where: { entries[$0].source == source && entries[$0].prefix == prefix }) {
            if entries[place].recorded < perWindow {
                entries[place].recorded += 1
                return .record
            }
            if entries[place].suppressed == 0 { entries[place].first = record.time }
            entries[place].suppressed &+= 1
            entries[place].last = record.time
            entries[place].sample = record
            return .counted
        }
        var outcome = Outcome.record
        if ages.isFull, let place = ages.first {
            if entries[place].suppressed > 0 { outcome = .recordBeside(entries[place]) }
            remove(place)
        }
        if let place = ages.take() {
            entries[place].restart(source, prefix, hash, at: now)
            index.insert(hash, place: place)
        }
        return outcome
    }

    /// Returns one entry whose window is over, and forgets it; nil when there is none left.
    mutating func takeOver(at now: Int64) -> Entry? {
        while let place = ages.first {
            guard now - entries[place].begin >= window || now < entries[place].begin else { return nil }
            let entry = entries[place]
            remove(place)
            if entry.suppressed > 0 { return entry }
        }
        return nil
    }

    /// Returns one entry whatever its age, and forgets it; nil when there is none left.
    mutating func takeAny() -> Entry? {
        while let place = ages.first {
            let entry = entries[place]
            remove(place)
            if entry.suppressed > 0 { return entry }
        }
        return nil
    }

    private mutating func remove(_ place: Int) {
        index.remove(entries[place].hash, place: place)
        ages.release(place)
    }
}
