/// The roots that a log had at sizes of which somebody remembers one.
struct AskedRoots: Hashable {
    /// The roots, by the sizes at which they could be told.
    private(set) var roots: [UInt64: MerkleHash] = [:]
    /// The sizes that are still to come, the next one last.
    private var waiting: [UInt64] = []
    /// The next of them; beyond every size when there is none.
    private(set) var next = UInt64.max

    /// Asks for nothing.
    init() {}

    /// Asks for the roots at these sizes.
    init(_ sizes: [UInt64]) {
        waiting = Set(sizes).sorted(by: >)
        next = waiting.last ?? .max
        pass(0, .empty)
    }

    /// Takes note of the root at a size; sizes before it cannot be told any more.
    mutating func pass(_ size: UInt64, _ root: @autoclosure () -> MerkleHash) {
        while next <= size {
            if next == size { roots[size] = root() }
            waiting.removeLast()
            next = waiting.last ?? .max
        }
    }
}
