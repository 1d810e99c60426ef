/// The connections that live: a bounded table that never allocates once it is made. Two connections between the same ends
/// can stand in it at once, when the second began before the end of the first was heard of.
struct ConnectionTable {
    /// The connections by place. They are changed in place here and not by a subscript of the table: where nothing is
    /// optimised, that would allocate for each change.
    var entries: [Connection]
    private var index: FlatIndex
    private var ages: AgeList
    private let seed: HashSeed

    init(capacity: Int, seed: HashSeed) {
        entries = Array(repeating: Connection(), count: capacity)
        index = FlatIndex(capacity: capacity)
        ages = AgeList(capacity: capacity)
        self.seed = seed
    }

    /// The connections in it.
    var count: Int { ages.count }
    /// Whether another one has no room.
    var isFull: Bool { ages.isFull }
    /// The one that nothing was heard of for the longest time.
    var oldest: Int? { ages.first }
    /// The one that follows by age.
    func after(_ place: Int) -> Int? { ages.after(place) }

    /// The connection at a place that is in use.
    subscript(place: Int) -> Connection { entries[place] }

    private func hash(_ tuple: FlowTuple) -> UInt32 {
        var hash = KeyedHash(seed)
        hash.add(tuple.source.bits)
        hash.add(tuple.destination.bits)
        hash.add(
            UInt64(tuple.sourcePort) << 24 | UInt64(tuple.destinationPort) << 8 | UInt64(tuple.transport))
        return hash.value
    }

    /// Returns the place of a connection by both ends and its zone. A connection that was let in is known without its zone.
    func find(_ tuple: FlowTuple, zone: UInt16 = 0, where matches: (Connection) -> Bool = { _ in true }) -> Int? {
        let hash = hash(tuple)
        return index.find(hash) { place in
            let entry = entries[place]
            return entry.tuple == tuple && (entry.zone == zone || entry.zone == 0 || zone == 0) && matches(entry)
        }
    }

    /// Returns the place of the connection between both ends that began first, among those for which `matches` holds, and how
    /// many there are.
    func oldest(
        _ tuple: FlowTuple, zone: UInt16 = 0, where matches: (Connection) -> Bool = { _ in true }
    ) -> (place: Int?, count: Int) {
        var (best, start, count) = (Int?.none, Int64.max, 0)
        _ = index.find(hash(tuple)) { place in
            let entry = entries[place]
            guard entry.tuple == tuple, entry.zone == zone || entry.zone == 0 || zone == 0, matches(entry) else {
                return false
            }
            count += 1
            if entry.start < start || best == nil { (best, start) = (place, entry.start) }
            return false
        }
        return (best, count)
    }

    /// Adds a connection and returns its place; nil when there is no room.
    mutating func insert(_ tuple: FlowTuple, zone: UInt16 = 0) -> Int? {
        guard let place = ages.take() else { return nil }
        var entry = Connection()
        entry.tuple = tuple
        entry.zone = zone
        entry.hash = hash(tuple)
        entries[place] = entry
        index.insert(entry.hash, place: place)
        return place
    }

    /// Something was heard of it.
    mutating func touch(_ place: Int) { ages.touch(place) }

    /// Forgets a connection.
    mutating func remove(_ place: Int) {
        index.remove(entries[place].hash, place: place)
        ages.release(place)
    }
}
