import PacketSpace
import TestSupport

/// A set over a few bits by its members, one after the other: the obvious form that diagrams are compared with.
///
/// Row r has bit k of r at the k-th variable, whose level is `levels[k]`.
struct TruthTable: Hashable {
    /// Sparse, as callers choose them.
    static let levels: [UInt32] = [3, 4, 9, 10, 70, 71, 500, 4_000_000_000]

    var rows: [Bool]

    init(_ holds: (Int) -> Bool) { rows = (0..<1 << Self.levels.count).map(holds) }

    static func variable(_ index: Int) -> TruthTable { TruthTable { $0 >> index & 1 == 1 } }

    func combined(_ other: TruthTable, _ body: (Bool, Bool) -> Bool) -> TruthTable {
        TruthTable { body(rows[$0], other.rows[$0]) }
    }

    var complement: TruthTable { TruthTable { !rows[$0] } }

    /// The members that some choice of one variable brings into the set.
    func exists(_ index: Int) -> TruthTable { TruthTable { rows[$0 | 1 << index] || rows[$0 & ~(1 << index)] } }

    /// Whether a diagram has exactly these members.
    func agrees(with node: Node, in space: PacketSpace) -> Bool {
        rows.indices.allSatisfy { row in
            space.holds(node) { level in Self.bit(of: row, at: level) } == rows[row]
        }
    }

    static func bit(of row: Int, at level: UInt32) -> Bool {
        levels.firstIndex(of: level).map { row >> $0 & 1 == 1 } ?? false
    }
}

/// A random set in both forms.
func randomSet(
    in space: PacketSpace, depth: Int, using random: inout SeededGenerator
) throws -> (node: Node, table: TruthTable) {
    if depth == 0 {
        let index = Int.random(in: 0..<TruthTable.levels.count, using: &random)
        return (try space.variable(TruthTable.levels[index]), .variable(index))
    }
    let a = try randomSet(in: space, depth: depth - 1, using: &random)
    let b = try randomSet(in: space, depth: Int.random(in: 0..<depth, using: &random), using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return (try space.intersection(a.node, b.node), a.table.combined(b.table) { $0 && $1 })
    case 1: return (try space.union(a.node, b.node), a.table.combined(b.table) { $0 || $1 })
    case 2: return (try space.difference(a.node, b.node), a.table.combined(b.table) { $0 && !$1 })
    case 3: return (try space.symmetricDifference(a.node, b.node), a.table.combined(b.table) { $0 != $1 })
    case 4: return (!a.node, a.table.complement)
    default:
        let c = try randomSet(in: space, depth: depth - 1, using: &random)
        let chosen = TruthTable { a.table.rows[$0] ? b.table.rows[$0] : c.table.rows[$0] }
        return (try space.ifThenElse(a.node, b.node, c.node), chosen)
    }
}

/// Takes ten random sets of one space, which a seed repeats, in both forms.
func forRandomSets(
    seed: UInt64, _ body: (PacketSpace, Node, TruthTable, inout SeededGenerator) throws -> Void
) throws {
    var random = SeededGenerator(seed: seed)
    let space = PacketSpace()
    for _ in 0..<10 {
        let (node, table) = try randomSet(in: space, depth: 4, using: &random)
        try body(space, node, table, &random)
    }
}
