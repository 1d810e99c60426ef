import Nftables
import PacketSpace

/// The variables that stand for packets in one space: each quantity that rules or policy ask for is constant, a row of bits, or
/// (when it is wide, and asked for by intervals only) the number of a class of values that nothing asked tells apart.
///
/// First everything is demanded that will be asked for, then ``settle()`` decides, then nodes are made.
final class PacketVariables {
    /// The place of a quantity among the variables.
    typealias Index = Int

    /// How a quantity is represented.
    enum Representation {
        case constant(UInt128)
        case bits(PacketSpace.Field)
        case classes(ValueClasses, PacketSpace.Field)
    }

    private struct Entry {
        let quantity: Quantity
        let width: Int
        var demanded: Set<IntervalList> = []
        var needsBits = false
        var isWritten = false
        var representation: Representation?
        /// Answers for intervals.
        var members: [IntervalList: Node] = [:]
    }

    /// Quantities from so many bits on are numbered by classes where that is possible.
    private static let wide = 24

    let space: PacketSpace
    let reading: PacketReading
    private var entries: [Entry] = []
    private var indices: [Quantity: Index] = [:]
    private var slots: [UInt32: UInt32] = [:]
    private(set) var isSettled = false

    init(space: PacketSpace, context: PacketContext) {
        self.space = space
        reading = PacketReading(context: context)
    }

    var context: PacketContext { reading.context }

    /// Returns the place of a quantity.
    func index(of quantity: Quantity) -> Index {
        let quantity = context.resolved(quantity)
        if let known = indices[quantity] { return known }
        var entry = Entry(quantity: quantity, width: quantity.width(for: context.family))
        if isSettled { entry.needsBits = true }
        entries.append(entry)
        indices[quantity] = entries.count - 1
        return entries.count - 1
    }

    /// The quantity at a place.
    func quantity(_ index: Index) -> Quantity { entries[index].quantity }
    /// The number of bits of a quantity's value.
    func width(_ index: Index) -> Int { entries[index].width }
    /// All that has been asked for.
    var quantities: [Quantity] { entries.map(\.quantity) }

    // MARK: Demands

    /// Says that a quantity will be asked whether it lies in intervals.
    func demand(_ index: Index, _ intervals: IntervalList) {
        guard entries[index].width >= Self.wide else { return }
        entries[index].demanded.insert(intervals)
    }

    /// Says that a quantity's bits will be asked for one by one.
    func demandBits(_ index: Index) { entries[index].needsBits = true }

    /// Says that rules write a quantity: then it is no constant, though it begins as one.
    func demandWritable(_ index: Index) { entries[index].isWritten = true }

    /// Decides how every quantity is represented.
    func settle() {
        for index in entries.indices { represent(index) }
        isSettled = true
    }

    private func represent(_ index: Index) {
        guard entries[index].representation == nil else { return }
        let entry = entries[index]
        if let constant = context.constants[entry.quantity], !entry.isWritten {
            entries[index].representation = .constant(constant)
            return
        }
        if entry.width >= Self.wide, !entry.needsBits {
            let classes = ValueClasses(width: entry.width, distinguishedBy: Array(entry.demanded))
            let field = PacketSpace.Field(firstLevel: level(for: entry.quantity), width: classes.codeWidth)
            entries[index].representation = .classes(classes, field)
        } else {
            let field = PacketSpace.Field(firstLevel: level(for: entry.quantity), width: entry.width)
            entries[index].representation = .bits(field)
        }
        entries[index].demanded = []
    }

    /// Takes the next 128 levels of the rank of a quantity.
    private func level(for quantity: Quantity) -> UInt32 {
        let rank = quantity.rank
        let slot = slots[rank, default: 0]
        slots[rank] = slot + 1
        return rank << 24 | min(slot, 0x1_ffff) << 7
    }

    /// What is known of packets as they come, of quantities that rules may write meanwhile.
    var initialValues: [UInt32: Bool] {
        var found: [UInt32: Bool] = [:]
        for index in entries.indices where entries[index].isWritten {
            guard let value = context.constants[entries[index].quantity] else { continue }
            found.merge(assignment(index, value: value)) { first, _ in first }
        }
        return found
    }

    // MARK: Nodes

    /// Tells how a quantity is represented.
    func representation(_ index: Index) -> Representation {
        represent(index)
        // represent() always leaves one.
        return entries[index].representation ?? .constant(0)
    }

    /// Returns a quantity's bits, the most significant first.
    func bits(_ index: Index) -> [SymbolicBit] {
        let width = entries[index].width
        if isSettled, case .constant(let value) = representation(index) {
            return (0..<width).map { .constant(value >> UInt128(width - 1 - $0) & 1 == 1) }
        }
        return (0..<width).map { .variable(index, $0) }
    }

    /// Returns the packets of which a quantity's bit is set. The quantity is represented by bits.
    func node(_ index: Index, bit: Int) throws -> Node {
        switch representation(index) {
        case .constant(let value): return value >> UInt128(entries[index].width - 1 - bit) & 1 == 1 ? .full : .empty
        case .bits(let field): return try space.variable(field.firstLevel + UInt32(bit))
        case .classes: throw Undecided.notDemanded(entries[index].quantity)
        }
    }

    /// Returns the packets of which a quantity lies in intervals that were demanded, or that its representation can tell.
    func node(_ index: Index, in intervals: IntervalList) throws -> Node {
        if let known = entries[index].members[intervals] { return known }
        let node: Node
        switch representation(index) {
        case .constant(let value): node = intervals.contains(value) ? .full : .empty
        case .bits(let field): node = try space.intervals(field, intervals)
        case .classes(let classes, let field):
            guard let codes = classes.codes(of: intervals) else {
                throw Undecided.notDemanded(entries[index].quantity)
            }
            node = try space.intervals(
                field, IntervalList(codes.map { (UInt128($0.lowerBound), UInt128($0.upperBound)) }))
        }
        entries[index].members[intervals] = node
        return node
    }

    /// Whether a quantity is always represented by bits.
    func isNarrow(_ index: Index) -> Bool { entries[index].width < Self.wide }

    /// Returns the packets of which some bits of a quantity that is represented by bits lie within bounds.
    func node(_ index: Index, bitsFrom place: Int, count: Int, _ first: UInt128, _ last: UInt128) throws -> Node {
        switch representation(index) {
        case .constant(let value):
            let rest = UInt128(entries[index].width - place - count)
            let part = value >> rest & (UInt128.max >> UInt128(128 - count))
            return first <= part && part <= last ? .full : .empty
        case .bits(let field):
            let part = PacketSpace.Field(firstLevel: field.firstLevel + UInt32(place), width: count)
            return try space.interval(part, first, last)
        case .classes: throw Undecided.notDemanded(entries[index].quantity)
        }
    }

    /// Returns the packets of which a quantity has a value.
    func node(_ quantity: Quantity, is value: UInt128) throws -> Node {
        try node(index(of: quantity), in: IntervalList(value, value))
    }

    /// The levels of a quantity; none of a constant.
    func levels(_ index: Index) -> LevelSet {
        switch representation(index) {
        case .constant: LevelSet()
        case .bits(let field), .classes(_, let field): field.levels
        }
    }

    /// Returns a quantity's value in a packet that bits tell of; a bit that is missing is 0.
    func value(_ index: Index, _ bit: (UInt32) -> Bool) -> UInt128 {
        switch representation(index) {
        case .constant(let value): return value
        case .bits(let field): return Self.number(field, bit)
        case .classes(let classes, let field):
            let code = Self.number(field, bit)
            return classes.representative(of: UInt32(min(code, UInt128(classes.count - 1))))
        }
    }

    private static func number(_ field: PacketSpace.Field, _ bit: (UInt32) -> Bool) -> UInt128 {
        var number: UInt128 = 0
        for level in field.firstLevel...field.lastLevel { number = number << 1 | (bit(level) ? 1 : 0) }
        return number
    }

    /// Returns, for each level of a quantity, whether it is set where the quantity has a value.
    func assignment(_ index: Index, value: UInt128) -> [UInt32: Bool] {
        let (field, number): (PacketSpace.Field, UInt128)
        switch representation(index) {
        case .constant: return [:]
        case .bits(let bits): (field, number) = (bits, value)
        case .classes(let classes, let codes): (field, number) = (codes, UInt128(classes.code(of: value)))
        }
        var found: [UInt32: Bool] = [:]
        for bit in 0..<field.width {
            found[field.firstLevel + UInt32(bit)] = number >> UInt128(field.width - 1 - bit) & 1 == 1
        }
        return found
    }
}

extension Quantity {
    /// Where its bits stand in the order of variables: what splits rulesets into parts that have nothing to do with each other
    /// comes first, what single rules ask for comes last.
    var rank: UInt32 {
        switch self {
        case .meta(4), .meta(5), .meta(6), .meta(7): 1
        case .transport: 2
        case .translation: 3
        case .connection(0, _), .connection(1, _), .connection(2, _): 3
        case .byte(.transport, _): 4
        case .destinationPort: 5
        case .connection(8, _), .connection(9, _), .connection(11, _), .connection(12, _): 6
        case .meta(3), .connection(3, _): 7
        case .route, .meta(10), .meta(11), .socket: 8
        case .destination: 9
        case .source: 10
        case .meta(30): 11
        case .sourcePort: 12
        case .meta, .connection: 13
        case .routing, .ipsec, .option, .made, .linkSource, .linkDestination: 14
        case .payloadLength, .transportLength, .byte: 15
        case .atom: 16
        }
    }
}
