public import Nftables

/// How the gate reaches the kernel: a handful of calls, so that every failure on the way can be tried without one.
public struct KernelDoor: Sendable {
    /// Reads the generation of the whole ruleset; it moves with every transaction of anybody.
    public var generation: @Sendable () throws(GateFailure) -> UInt32
    /// Reads `table inet portgate`, or nil when it does not exist.
    public var list: @Sendable () throws(GateFailure) -> Table?
    /// Reads the table without the elements of its sets, or nil when it does not exist.
    public var rules: @Sendable () throws(GateFailure) -> Table?
    /// Loads one transaction. What it returns or throws is a hint: only reading back tells.
    public var load: @Sendable (_ text: [UInt8]) throws(GateFailure) -> Void
    /// Reads the named counters of the table.
    public var counters: @Sendable () throws(GateFailure) -> [String: CounterValue]
    /// Reads the time that an unconfirmed generation has left; nil when none has any.
    public var armed: @Sendable () throws(GateFailure) -> ArmedTimer?
    /// Reads everybody's base chains.
    public var baseChains: @Sendable () throws(GateFailure) -> [BaseChain]
    /// Reads which kernel and network namespace this is.
    public var host: @Sendable () throws(GateFailure) -> HostIdentity
    /// Reads the elements of a set of the table in one look, whatever their number.
    public var elements: @Sendable (_ set: SetHandle) throws(GateFailure) -> SetListing
    /// Changes elements of sets of the table in one transaction: all of it, or nothing. With a generation, only when the
    /// ruleset is still at it; else PG406. Unlike with ``load``, success is the kernel's own word.
    public var change: @Sendable (_ changes: [SetChange], _ expecting: UInt32?) throws(GateFailure) -> Void
    /// Tells for each element whether the set holds exactly it, whatever the size of the set.
    public var held: @Sendable (_ set: SetHandle, _ elements: [SetElement]) throws(GateFailure) -> [Bool]
    /// Tells whether a set holds these elements, in order, and nothing else, at a cost that grows with their number.
    public var holdsOnly: @Sendable (_ set: SetHandle, _ elements: [SetElement]) throws(GateFailure) -> Bool
    /// Reads the number that the kernel gives this network namespace and no other before the next boot; nil when it has none.
    public var cookie: @Sendable () -> UInt64?
    /// Changes the bits of a mask in the mark of every tracked connection in which they equal a value; returns how many.
    public var changeMarks: @Sendable (_ value: UInt32, _ other: UInt32, _ mask: UInt32) throws(GateFailure) -> Int
    /// Marks the TCP connections that sockets of this host have open on ports, and tracks those that are not tracked yet;
    /// returns how many.
    public var takeOver:
        @Sendable (_ ports: [ClosedRange<UInt16>], _ mark: UInt32, _ mask: UInt32) throws(GateFailure) -> Int

    /// Creates a door from its calls.
    public init(
        generation: @escaping @Sendable () throws(GateFailure) -> UInt32,
        list: @escaping @Sendable () throws(GateFailure) -> Table?,
        rules: @escaping @Sendable () throws(GateFailure) -> Table?,
        load: @escaping @Sendable (_ text: [UInt8]) throws(GateFailure) -> Void,
        counters: @escaping @Sendable () throws(GateFailure) -> [String: CounterValue],
        armed: @escaping @Sendable () throws(GateFailure) -> ArmedTimer?,
        baseChains: @escaping @Sendable () throws(GateFailure) -> [BaseChain],
        host: @escaping @Sendable () throws(GateFailure) -> HostIdentity,
        elements: @escaping @Sendable (_ set: SetHandle) throws(GateFailure) -> SetListing,
        held: @escaping @Sendable (_ set: SetHandle, _ elements: [SetElement]) throws(GateFailure) -> [Bool],
        holdsOnly: @escaping @Sendable (_ set: SetHandle, _ elements: [SetElement]) throws(GateFailure) -> Bool,
        cookie: @escaping @Sendable () -> UInt64?,
        change: @escaping @Sendable (_ changes: [SetChange], _ expecting: UInt32?) throws(GateFailure) -> Void,
        changeMarks: @escaping @Sendable (_ value: UInt32, _ other: UInt32, _ mask: UInt32) throws(GateFailure) -> Int,
        takeOver:
            @escaping @Sendable (_ ports: [ClosedRange<UInt16>], _ mark: UInt32, _ mask: UInt32) throws(GateFailure)
            -> Int
    ) {
        self.generation = generation
        self.list = list
        self.rules = rules
        self.load = load
        self.counters = counters
        self.armed = armed
        self.baseChains = baseChains
        self.host = host
        self.elements = elements
        self.held = held
        self.holdsOnly = holdsOnly
        self.cookie = cookie
        self.change = change
        self.changeMarks = changeMarks
        self.takeOver = takeOver
    }

    /// Reads the table together with the generation it was read at. The generation is compared before and after. Where other
    /// programs change their own tables all the time, two listings in a row that are the same will do; a table that keeps
    /// changing ends the look after a few tries.
    public func look(tries: Int = 6) throws(GateFailure) -> LiveLook {
        var earlier: Table??
        for _ in 0..<max(tries, 1) {
            let before = try generation()
            let table = try list()
            if try generation() == before { return LiveLook(table: table, generation: before) }
            if let earlier, earlier == table { return LiveLook(table: table, generation: before) }
            earlier = .some(table)
        }
        throw .kernelUnsteady(tries: max(tries, 1))
    }

    /// Looks when a table is expected to be live. Its large sets are not listed: the kernel is asked whether it holds what
    /// they are expected to hold.
    public func look(expecting table: Table?) throws(GateFailure) -> LiveLook {
        guard let table, table.sets.contains(where: { $0.content.elementCount >= Self.manyElements }) else {
            return try look()
        }
        let before = try generation()
        guard let found = try completed(try? rules(), like: table), try generation() == before else {
            return try look()
        }
        return LiveLook(table: found, generation: before)
    }

    /// Completes a table that was listed without the elements of its sets, each with what the kernel holds; nil when one of
    /// them cannot be told.
    func completed(_ listed: Table?, like expected: Table) throws(GateFailure) -> Table? {
        guard var table = listed else { return nil }
        let contents = Dictionary(expected.sets.map { ($0.name, $0.content) }, uniquingKeysWith: { first, _ in first })
        for index in table.sets.indices where table.sets[index].hasDeclaredElements {
            let content = table.sets[index].content
            guard let handle = SetHandle(table.sets[index].name, content),
                let whole = try self.content(of: handle, like: content, expecting: contents[handle.name])
            else { return nil }
            table.sets[index].content = whole
        }
        return table
    }

    /// Reads what a set holds: what is expected when that is it, else all of it; nil when it cannot be told.
    func content(
        of set: SetHandle, like content: NamedSet.Content, expecting expected: NamedSet.Content?
    ) throws(GateFailure) -> NamedSet.Content? {
        if let expected, SetHandle(set.name, expected) == set, try holdsOnly(set, SetElement.all(expected)) {
            return expected
        }
        return SetElement.content(try elements(set).elements, like: content)
    }
}

/// The live table at one moment.
public struct LiveLook: Hashable, Sendable {
    /// The table; nil when there is none.
    public let table: Table?
    /// The generation of the whole ruleset at which it was read.
    public let generation: UInt32

    /// Creates a look.
    public init(table: Table?, generation: UInt32) {
        self.table = table
        self.generation = generation
    }
}
