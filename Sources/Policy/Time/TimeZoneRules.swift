/// The offsets of a time zone from UTC, past and future.
///
/// A value is a name and one reference: copying it costs nothing.
public struct TimeZoneRules: Hashable, Sendable {
    /// A stretch of time in which the offset from UTC does not change.
    public struct Segment: Hashable, Sendable {
        /// When.
        public let range: InstantRange
        /// Seconds east of UTC.
        public let offset: Int
    }

    /// The IANA name.
    public let name: String
    private let table: Table

    /// UTC.
    public static let utc = TimeZoneRules(name: "UTC", fixedOffset: 0)

    /// Creates a zone whose offset never changes.
    init(name: String, fixedOffset: Int) {
        self.init(name: name, table: Table(first: fixedOffset, transitions: [], offsets: [], rule: nil))
    }

    init(name: String, table: Table) {
        self.name = name
        self.table = table
    }

    /// Returns the offset in seconds east of UTC at a moment. O(log n) in the transitions of the file.
    public func offset(at moment: Instant) -> Int {
        let next = table.firstTransition(after: moment.seconds)
        if next == table.transitions.count, let rule = table.rule { return rule.offset(at: moment.seconds) }
        return next == 0 ? table.first : Int(table.offsets[next - 1])
    }

    /// Returns the stretches of constant offset between two moments, in order, without gaps. Neighbours differ in offset.
    public func segments(from: Instant, to: Instant) -> [Segment] {
        guard from < to else { return [] }
        var segments: [Segment] = []
        var start = from
        var offset = self.offset(at: from)
        func change(at seconds: Int64, to newOffset: Int) {
            let moment = Instant(seconds: seconds)
            guard newOffset != offset, let range = InstantRange(start: start, end: moment) else { return }
            segments.append(Segment(range: range, offset: offset))
            start = moment
            offset = newOffset
        }
        var next = table.firstTransition(after: from.seconds)
        while next < table.transitions.count, table.transitions[next] < to.seconds {
            let isLast = next == table.transitions.count - 1
            let seconds = table.transitions[next]
            let ruled = isLast ? table.rule?.offset(at: seconds) : nil
            change(at: seconds, to: ruled ?? Int(table.offsets[next]))
            next += 1
        }
        if next == table.transitions.count, let rule = table.rule {
            let ruledFrom = max(start.seconds, table.transitions.last ?? Int64.min)
            rule.forEachChange(after: ruledFrom, before: to.seconds) { change(at: $0, to: $1) }
        }
        if let range = InstantRange(start: start, end: to) { segments.append(Segment(range: range, offset: offset)) }
        return segments
    }

    /// Two zones are equal when their names and all their offsets are.
    public static func == (left: TimeZoneRules, right: TimeZoneRules) -> Bool {
        left.name == right.name && (left.table === right.table || left.table.isEqual(to: right.table))
    }

    /// Hashes the name.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension TimeZoneRules {
    /// What a TZif file says, reduced to offsets.
    final class Table: Sendable {
        /// The offset before the first transition.
        let first: Int
        /// The moments at which the offset may change, strictly ascending.
        let transitions: [Int64]
        /// The offset from each of them on.
        let offsets: [Int32]
        /// What holds from the last transition on; the last offset when nil.
        let rule: PosixZoneRule?

        /// Creates a table; both arrays are equally long.
        init(first: Int, transitions: [Int64], offsets: [Int32], rule: PosixZoneRule?) {
            self.first = first
            self.transitions = transitions
            self.offsets = offsets
            self.rule = rule
        }

        /// Returns the index of the first transition later than a moment.
        func firstTransition(after seconds: Int64) -> Int {
            var low = 0
            var high = transitions.count
            while low < high {
                let middle = (low + high) / 2
                if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
            }
            return low
        }

        func isEqual(to other: Table) -> Bool {
            first == other.first && transitions == other.transitions && offsets == other.offsets && rule == other.rule
        }
    }
}
