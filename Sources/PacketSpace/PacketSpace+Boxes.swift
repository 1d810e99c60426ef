extension PacketSpace {
    /// The packets each of whose fields lies in a list of values of its own.
    public struct Box: Hashable, Sendable {
        /// For each field asked for, the values; never empty.
        public internal(set) var sides: [IntervalList]

        /// How many members there are over the bits of the fields. O(intervals).
        public var cardinality: Cardinality { sides.reduce(Cardinality(1)) { $0 * $1.cardinality } }
    }

    /// Describes a set by few, large, disjoint boxes over some fields; bits of no field are quantified existentially.
    ///
    /// A complete answer's boxes are exactly the set. When there are more boxes than `limit`, or far more intervals than a
    /// person reads, the largest that were found are returned and the answer is not complete. The boxes come in the order of
    /// their sides. O(boxes·regions).
    ///
    /// - Precondition: The fields have no level in common.
    public func boxes(
        in f: Node, fields: [Field], limit: Int
    ) throws(NodeBudgetExceeded) -> (boxes: [Box], isComplete: Bool) {
        let levels = LevelSet(fields.map { $0.firstLevel...$0.lastLevel })
        precondition(levels.count == fields.reduce(0) { $0 + $1.width }, "the fields have no level in common")
        let projected = try exists(f, levels.complement())
        var search = BoxSearch(
            fields: fields, order: fields.indices.sorted { fields[$0].firstLevel < fields[$1].firstLevel },
            // More than asked for, because some are joined.
            limit: min(max(limit, 0), 1 << 20) * 8, deadline: store.deadline)
        search.sides = fields.map { IntervalList(0, $0.maximum) }
        try collect(projected, 0, &search)
        var boxes = Self.joined(search.boxes, axes: fields.count)
        if boxes.count > max(limit, 0) {
            search.isComplete = false
            boxes = Array(Self.bySize(boxes).prefix(max(limit, 0)))
        }
        boxes.sort { a, b in
            a.sides.lexicographicallyPrecedes(b.sides) { $0.bounds.lexicographicallyPrecedes($1.bounds) }
        }
        return (boxes, search.isComplete)
    }

    private struct BoxSearch {
        let fields: [Field]
        /// The fields in the order of their levels.
        let order: [Int]
        let limit: Int
        /// The count of steps after which the question is given up.
        let deadline: Int
        var sides: [IntervalList] = []
        var boxes: [Box] = []
        var isComplete = true
        /// How many more intervals are looked at.
        var intervals = 1 << 21
    }

    /// Follows the fields in the order of their levels; values with the same rest make one side.
    private func collect(_ f: Node, _ depth: Int, _ search: inout BoxSearch) throws(NodeBudgetExceeded) {
        if f.isEmpty { return }
        guard search.boxes.count < search.limit, search.intervals > 0 else {
            search.isComplete = false
            return
        }
        if f.isFull || depth == search.order.count {
            search.boxes.append(Box(sides: search.sides))
            return
        }
        let place = search.order[depth]
        let field = search.fields[place]
        let walk = try walk(field, f, limit: search.intervals, deadline: search.deadline)
        if !walk.isComplete { search.isComplete = false }
        search.intervals -= walk.regions.count
        var groups: [Node: Int] = [:]
        var sides: [(rest: Node, bounds: [UInt128])] = []
        for region in walk.regions where !region.rest.isEmpty {
            let group = groups[region.rest, default: sides.count]
            if group == sides.count {
                groups[region.rest] = group
                sides.append((region.rest, []))
            }
            sides[group].bounds += [region.first, region.last]
        }
        let outer = search.sides[place]
        for side in sides {
            search.sides[place] = IntervalList(bounds: side.bounds)
            try collect(side.rest, depth + 1, &search)
        }
        search.sides[place] = outer
    }

    private static func bySize(_ boxes: [Box]) -> [Box] {
        boxes.map { ($0, $0.cardinality) }.sorted { $0.1 > $1.1 }.map(\.0)
    }

    /// Joins boxes that differ on one side only, until none do. O(boxes) for each round.
    private static func joined(_ boxes: [Box], axes: Int) -> [Box] {
        var boxes = boxes
        var before = Int.max
        while boxes.count < before {
            before = boxes.count
            for axis in 0..<axes {
                var groups: [[IntervalList]: Int] = [:]
                var kept: [Box] = []
                for box in boxes {
                    var key = box.sides
                    key[axis] = .empty
                    if let place = groups[key] {
                        kept[place].sides[axis] = kept[place].sides[axis].union(box.sides[axis])
                    } else {
                        groups[key] = kept.count
                        kept.append(box)
                    }
                }
                boxes = kept
            }
        }
        return boxes
    }
}
