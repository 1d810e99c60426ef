import Nftables

extension PlainWalk {
    mutating func lookup(
        _ name: String, _ from: LiveRegister, _ into: LiveRegister?, _ negated: Bool
    ) -> Exit? {
        guard let set = machine.program.set(name, in: table) else {
            return unknown("lookup in @\(name), which is not there")
        }
        guard let key = read(from, set.keyLength) else { return unknown("lookup of an empty register in @\(name)") }
        let isKnown = !machine.program.use.isRuntime(set, in: table) && set.unreadElements == nil
        guard isKnown, let found = PlainLookup(set)?.find(key) else {
            let words = words(readOrigins(from, set.keyLength))
            guard answer(.member(of: name, owner, words)) != negated else { return .onward }
            if let into {
                make(
                    "what @\(name) of \(owner.family) \(owner.table) has for \(words)", into,
                    bytes: max(4, min(16, set.dataLength)))
            } else if set.isVerdictMap {
                return .elsewhere("a verdict of @\(name), which is not known")
            }
            return nil
        }
        guard let index = found.index else { return negated && !set.flags.contains(.map) ? nil : .onward }
        let detail = set.elements.details[index]
        if set.isVerdictMap, into == nil {
            return detail?.verdict.map { take($0) } ?? .some(.onward)
        }
        if set.flags.contains(.map) {
            let length = max(1, min(64, set.dataLength))
            let data = detail?.data ?? []
            if let into {
                write(
                    into, (0..<length).map { $0 < data.count ? data[$0] : 0 },
                    Array(repeating: .computed(0), count: length * 8))
            }
            return nil
        }
        return negated ? .onward : nil
    }

    mutating func update(
        _ name: String, _ operation: UInt32, _ key: LiveRegister, _ negated: Bool, _ inner: [LiveExpression]
    ) -> Exit? {
        settle()
        let set = machine.program.set(name, in: table)
        let words = words(set.flatMap { readOrigins(key, $0.keyLength) })
        let isDeletion = operation == 2
        let member = Atom.member(of: name, owner, words)
        let hasRoom = answer(isDeletion ? member : .room(in: name, owner, words))
        if machine.program.use.isAsked(name, in: table) {
            packet[.atom(member)] = !isDeletion && (hasRoom || answer(member)) ? 1 : 0
        }
        guard hasRoom != negated else { return .onward }
        act("\(operation == 0 ? "add" : operation == 1 ? "update" : "delete") @\(name)")
        for expression in inner {
            let atom: Atom
            let isOver: Bool
            switch expression {
            case .limit(let rate, let seconds, let burst, let type, let flags):
                atom = Atom(
                    .limit,
                    "limit \(rate) \(type == 0 ? "packets" : "bytes") in \(seconds) s, burst \(burst) of @\(name) for \(words)",
                    of: owner
                )
                isOver = flags & 1 != 0
            case .quota(let bytes, let flags):
                atom = Atom(.limit, "quota \(bytes) bytes of @\(name) for \(words)", of: owner)
                isOver = flags & 1 != 0
            case .connectionLimit(let count, let flags):
                atom = Atom(.limit, "ct count \(count) of @\(name) for \(words)", of: owner)
                isOver = flags & 1 != 0
            case .counter, .last: continue
            default:
                atom = own(.foreign, "an expression of @\(name)")
                isOver = false
            }
            guard answer(atom) != isOver else { return .onward }
        }
        return nil
    }

    mutating func object(_ type: UInt32, _ name: String) -> Exit? {
        switch type {
        case 1: act("counter name \"\(name)\"")
        case 2, 4, 5:
            let data = table.objects.first { $0.type == type && $0.name == name }.map { RuleWalk.digest($0.data) }
            let kind = type == 2 ? "quota" : type == 4 ? "limit" : "ct count"
            return answer(own(.limit, "\(kind) name \"\(name)\" \(data ?? "")")) ? nil : .onward
        case 10: return end("synproxy", .elsewhere("synproxy"))
        default: act("object \(type) name \"\(name)\"")
        }
        return nil
    }
}
