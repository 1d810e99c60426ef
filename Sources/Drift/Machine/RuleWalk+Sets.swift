import Nftables
import PacketSpace

extension RuleWalk {
    /// Looks a key up.
    mutating func lookup(_ name: String, _ from: LiveRegister, _ into: LiveRegister?, _ negated: Bool) throws {
        guard let set = machine.program.set(name, in: place.table) else {
            return try require(ownAtom(.foreign, "lookup in @\(name), which is not there"))
        }
        guard let key = registers.read(from, bytes: set.keyLength) else {
            return try require(ownAtom(.foreign, "lookup of an empty register in @\(name)"))
        }
        guard !machine.program.use.isRuntime(set, in: place.table),
            let contents = machine.program.contents(of: set, in: place.table)
        else {
            return try lookupUnknown(set, key, into, negated)
        }
        if set.flags.contains(.map), !set.isVerdictMap || into != nil {
            try lookupData(set, contents, key, into)
        } else if set.isVerdictMap {
            try lookupVerdict(set, contents, key)
        } else {
            let node = try member(contents, key)
            try require(negated ? !node : node)
        }
    }

    /// A set that is filled while it is used, or that could not be read: whether it holds a key is not known.
    private mutating func lookupUnknown(
        _ set: LiveSet, _ key: [SymbolicBit], _ into: LiveRegister?, _ negated: Bool
    ) throws {
        let words = words(key)
        try require(.member(of: set.name, owner, words), negated: negated)
        if let into {
            try make(
                "what @\(set.name) of \(owner.family) \(owner.table) has for \(words)", into,
                bytes: max(4, min(16, set.dataLength)))
        } else if set.isVerdictMap {
            try leave(.elsewhere("a verdict of @\(set.name), which is not known"))
        }
    }

    /// Returns the packets whose key a set holds.
    private func member(_ contents: SetContents, _ key: [SymbolicBit]) throws -> Node {
        if contents.catchAll != nil { return .full }
        if let plain = contents.plain {
            let field = contents.fields[0]
            return try tests.member(key[..<(field.length * 8)], of: plain)
        }
        var nodes: [Node] = []
        nodes.reserveCapacity(contents.elements.count)
        for element in contents.elements { nodes.append(try self.node(of: element, contents, key)) }
        return isCollecting ? .full : try space.union(of: nodes)
    }

    private func node(of element: SetContents.Element, _ contents: SetContents, _ key: [SymbolicBit]) throws -> Node {
        var result = Node.full
        for (field, bounds) in zip(contents.fields, element.box) {
            let bits = key[field.offset * 8..<(field.offset + field.length) * 8]
            let node = try tests.within(bits, bounds.first, bounds.last)
            if !isCollecting { result = try space.intersection(result, node) }
        }
        return result
    }

    private mutating func lookupVerdict(_ set: LiveSet, _ contents: SetContents, _ key: [SymbolicBit]) throws {
        var nodes: [LiveVerdict: [Node]] = [:]
        var order: [LiveVerdict] = []
        for element in contents.elements {
            guard let verdict = set.elements.details[element.index]?.verdict else { continue }
            if nodes[verdict] == nil { order.append(verdict) }
            nodes[verdict, default: []].append(try self.node(of: element, contents, key))
        }
        guard !isCollecting else {
            for verdict in set.elements.details.values.lazy.compactMap(\.verdict) {
                if let chain = verdict.target { machine.note(reached: chain) }
            }
            return
        }
        var all: [Node] = []
        var onward = Node.empty
        for verdict in order {
            let node = try space.union(of: nodes[verdict] ?? [])
            all.append(node)
            if verdict == .continue { onward = node } else { try take(verdict, where: node, isLast: false) }
        }
        let known = try space.union(of: all)
        if let index = contents.catchAll, let verdict = set.elements.details[index]?.verdict {
            if verdict == .continue {
                onward = try space.union(onward, !known)
            } else {
                try take(verdict, where: !known, isLast: false)
                try stay(outside: !known)
            }
        }
        try stay(outside: try space.difference(known, onward))
        // Whose key leads to no verdict leaves the rule.
        try require(onward)
    }

    private mutating func lookupData(
        _ set: LiveSet, _ contents: SetContents, _ key: [SymbolicBit], _ into: LiveRegister?
    ) throws {
        var nodes: [[UInt8]: [Node]] = [:]
        if let plain = contents.plain {
            nodes[[]] = [try tests.member(key[..<(contents.fields[0].length * 8)], of: plain)]
        }
        for element in contents.elements {
            let data = set.elements.details[element.index]?.data ?? []
            nodes[data, default: []].append(try self.node(of: element, contents, key))
        }
        let length = max(1, min(64, set.dataLength))
        guard !isCollecting else {
            if let into { write(into, Array(repeating: .node(.full), count: length * 8)) }
            return
        }
        var found: [(data: [UInt8], node: Node)] = []
        for (data, parts) in nodes { found.append((data, try space.union(of: parts))) }
        found.sort { $0.data.lexicographicallyPrecedes($1.data) }
        let known = try space.union(of: found.map(\.node))
        if let index = contents.catchAll {
            found.append((set.elements.details[index]?.data ?? [], !known))
        } else {
            try require(known)
        }
        guard let into else { return }
        // Only packets whose key is there have come so far, unless there is an element for all others.
        let isFound = contents.catchAll == nil
        var bits: [SymbolicBit] = []
        for place in 0..<length * 8 {
            let holders = found.filter { item in
                place / 8 < item.data.count && item.data[place / 8] >> UInt8(7 - place % 8) & 1 == 1
            }
            let node = try space.union(of: holders.map(\.node))
            bits.append(
                node.isEmpty
                    ? .constant(false) : node.isFull || (isFound && node == known) ? .constant(true) : .node(node))
        }
        write(into, bits)
    }

    /// Adds, updates or deletes an element; what the element's expressions say may end the rule.
    mutating func update(
        _ name: String, _ operation: UInt32, _ key: LiveRegister, _ data: LiveRegister?, _ timeout: UInt64?,
        _ negated: Bool, _ inner: [LiveExpression]
    ) throws {
        let set = machine.program.set(name, in: place.table)
        let words = words(set.flatMap { registers.read(key, bytes: $0.keyLength) })
        let verb = operation == 0 ? "add" : operation == 1 ? "update" : "delete"
        // A full set ends the rule (nft_dynset_eval); deleting what is not there too.
        let isDeletion = operation == 2
        let member = Atom.member(of: name, owner, words)
        let room = try node(isDeletion ? member : .room(in: name, owner, words))
        if machine.program.use.isAsked(name, in: place.table) {
            let later = isDeletion || isCollecting ? .empty : try space.union(room, try node(member))
            try self.set(.atom(member), [isCollecting ? .node(.full) : later.isFull ? .constant(true) : .node(later)])
        }
        try require(negated ? !room : room)
        try note(.element, "\(verb) @\(name) { \(words)\(timeout.map { " timeout \($0) ms" } ?? "") }")
        for expression in inner {
            switch expression {
            case .limit(let rate, let seconds, let burst, let type, let flags):
                let limit =
                    "limit \(rate) \(type == 0 ? "packets" : "bytes") in \(seconds) s, burst \(burst) of @\(name) for \(words)"
                try require(Atom(.limit, limit, of: owner), negated: flags & 1 != 0)
            case .quota(let bytes, let flags):
                let quota = Atom(.limit, "quota \(bytes) bytes of @\(name) for \(words)", of: owner)
                try require(quota, negated: flags & 1 != 0)
            case .connectionLimit(let count, let flags):
                let limit = Atom(.limit, "ct count \(count) of @\(name) for \(words)", of: owner)
                try require(limit, negated: flags & 1 != 0)
            case .counter, .last: continue
            default: try require(ownAtom(.foreign, "an expression of @\(name)"))
            }
        }
    }

    /// Runs a named object.
    mutating func object(_ type: UInt32, _ name: String) throws {
        switch type {
        case 1: try note(.counter, "counter name \"\(name)\"")
        case 2, 4, 5:
            let kind = type == 2 ? "quota" : type == 4 ? "limit" : "ct count"
            let data = place.table.objects.first { $0.type == type && $0.name == name }.map { Self.digest($0.data) }
            try require(ownAtom(.limit, "\(kind) name \"\(name)\" \(data ?? "")"))
        case 10: try leave(.elsewhere("synproxy"))
        default: try note(.object, "object \(type) name \"\(name)\"")
        }
    }
}
