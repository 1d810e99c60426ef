/// The order of entries by age, as a list through their places: the one that stood untouched for the longest time is first.
/// It hands out places, too, and never more than there are.
struct AgeList {
    private var next: [Int32]
    private var previous: [Int32]
    private var free: Int32
    /// The places that are in use.
    private(set) var count = 0
    private(set) var first: Int?
    private var last: Int32 = -1

    /// Makes room for so many places.
    init(capacity: Int) {
        next = (0..<capacity).map { $0 + 1 < capacity ? Int32($0 + 1) : -1 }
        previous = Array(repeating: -1, count: capacity)
        free = capacity > 0 ? 0 : -1
    }

    /// Whether every place is in use.
    var isFull: Bool { free < 0 }

    /// Takes a free place, as the youngest; nil when there is none.
    mutating func take() -> Int? {
        guard free >= 0 else { return nil }
        let place = free
        free = next[Int(place)]
        append(place)
        count += 1
        return Int(place)
    }

    /// Gives a place back.
    mutating func release(_ place: Int) {
        unlink(Int32(place))
        next[place] = free
        free = Int32(place)
        count -= 1
    }

    /// Makes a place the youngest.
    mutating func touch(_ place: Int) {
        guard last != Int32(place) else { return }
        unlink(Int32(place))
        append(Int32(place))
    }

    /// The place that is next by age.
    func after(_ place: Int) -> Int? { next[place] < 0 ? nil : Int(next[place]) }

    private mutating func append(_ place: Int32) {
        next[Int(place)] = -1
        previous[Int(place)] = last
        if last >= 0 { next[Int(last)] = place } else { first = Int(place) }
        last = place
    }

    private mutating func unlink(_ place: Int32) {
        let (before, behind) = (previous[Int(place)], next[Int(place)])
        if before >= 0 { next[Int(before)] = behind } else { first = behind < 0 ? nil : Int(behind) }
        if behind >= 0 { previous[Int(behind)] = before } else { last = before }
    }
}
