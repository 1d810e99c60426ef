/// Remembered results of operations: one entry for each place, the newest wins, so that memory is bounded.
struct OperationCache {
    private struct Entry {
        var a: UInt32
        var b: UInt32
        var c: UInt32
        var result: UInt32
    }

    /// What the third part of a key says where it is no operand.
    enum Operation: UInt32 {
        case intersection
        case symmetricDifference
        case disjoint
        case exists
        case restrict
        case substitute
        case low
        case high
    }

    private var entries: [Entry]
    private var mask: Int
    private let maximum: Int

    /// Creates a cache of two to the power of `logarithm` entries that grows to at most two to the power of `maximum`.
    init(logarithm: Int, maximum: Int) {
        entries = Array(repeating: Entry(a: 0, b: 0, c: 0, result: 0), count: 1 << logarithm)
        mask = entries.count - 1
        self.maximum = 1 << maximum
    }

    var byteCount: Int { entries.capacity * MemoryLayout<Entry>.stride }

    @inline(__always)
    func find(_ a: UInt32, _ b: UInt32, _ operation: Operation) -> UInt32? { find(a, b, operation.rawValue) }

    /// Returns the result for a key whose first part is no terminal.
    @inline(__always)
    func find(_ a: UInt32, _ b: UInt32, _ c: UInt32) -> UInt32? {
        let entry = entries[NodeStore.mix(a, b, c) & mask]
        return entry.a == a && entry.b == b && entry.c == c ? entry.result : nil
    }

    @inline(__always)
    mutating func store(_ a: UInt32, _ b: UInt32, _ operation: Operation, _ result: UInt32) {
        store(a, b, operation.rawValue, result)
    }

    @inline(__always)
    mutating func store(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ result: UInt32) {
        entries[NodeStore.mix(a, b, c) & mask] = Entry(a: a, b: b, c: c, result: result)
    }

    /// Takes more places and keeps what is known.
    mutating func grow(to count: Int) {
        let count = min(count, maximum)
        guard count > entries.count else { return }
        let old = entries
        entries = Array(repeating: Entry(a: 0, b: 0, c: 0, result: 0), count: count)
        mask = count - 1
        for entry in old where entry.a != 0 { store(entry.a, entry.b, entry.c, entry.result) }
    }

    mutating func clear() {
        for index in entries.indices { entries[index] = Entry(a: 0, b: 0, c: 0, result: 0) }
    }
}
