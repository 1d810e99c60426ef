public import Nftables

/// Makes random tables that can be rendered and that the kernel takes, out of few names, so that two of them share objects
/// of the same name with the same content, with other content, and of another kind.
public struct TableGenerator {
    private var random: SeededGenerator

    /// Creates a generator; the same seed makes the same tables.
    public init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// Makes the next table.
    public mutating func next() -> Table {
        var table = Table(name: "portgate")
        for index in 0..<5 where chance(2) {
            table.counters.append(NamedCounter(name: "pg_a_db/\(index)", comment: chance(8) ? "rare" : nil))
        }
        table.sets = sets()
        let plain = (0..<6).filter { _ in !chance(3) }.map { "pg_c-\($0)" }
        for index in plain.indices {
            table.chains.append(
                Chain(name: plain[index], rules: rules(of: table, leadingTo: Array(plain[(index + 1)...]), maps: [])))
        }
        for name in ["pg_remote", "pg_own", "pg_x.0"]
        where chance(2) && !table.sets.contains(where: { $0.name == name }) {
            let elements = mapElements(leadingTo: plain)
            let hasRanges = elements.contains { $0.first != $0.last }
            table.maps.append(VerdictMap(name: name, elements: elements, takesRanges: hasRanges || chance(2)))
        }
        for name in ["pg_gate", "pg_local", "pg_third"] where !chance(4) {
            let hook = chance(6) ? nil : hook()
            table.chains.append(
                Chain(
                    name: name, hook: hook, rules: rules(of: table, leadingTo: plain, maps: table.maps.map(\.name))))
        }
        table.chains.shuffle(using: &random)
        return table
    }

    /// Makes a table like another one, with a few things changed.
    public mutating func variation(of table: Table) -> Table {
        let other = next()
        var result = table
        // What is taken over must not refer to what is not there: rules without references, and whole sets.
        for index in result.chains.indices where chance(3) {
            result.chains[index].rules.append(Rule([.transport(number(256)), .verdict(.return)], comment: "added"))
        }
        for index in result.sets.indices {
            guard let same = other.sets.first(where: { $0.name == result.sets[index].name }), chance(2) else {
                continue
            }
            if Self.isSameKind(same, result.sets[index]) { result.sets[index].content = same.content }
        }
        for index in result.maps.indices where chance(2) && !result.maps[index].elements.isEmpty {
            result.maps[index].elements.removeLast()
        }
        return result
    }

    private static func isSameKind(_ left: NamedSet, _ right: NamedSet) -> Bool {
        switch (left.content, right.content) {
        case (.ipv4, .ipv4), (.ipv6, .ipv6), (.time, .time): true
        default: false
        }
    }

    private mutating func chance(_ of: UInt64) -> Bool { UInt64.random(in: 0..<of, using: &random) == 0 }

    private mutating func number<Number: FixedWidthInteger>(_ below: Int) -> Number {
        Number(truncatingIfNeeded: Int.random(in: 0..<below, using: &random))
    }

    private mutating func sets() -> [NamedSet] {
        var sets: [NamedSet] = []
        for index in 0..<3 {
            if chance(2) { sets.append(NamedSet(name: "pg_s4_\(index)", content: .ipv4(ranges4()))) }
            if chance(2) { sets.append(NamedSet(name: "pg_s6_\(index)", content: .ipv6(ranges6()))) }
            if chance(2) {
                sets.append(
                    NamedSet(name: "pg_t_\(index)", comment: chance(3) ? "when" : nil, content: .time(rangesTime())))
            }
            if chance(2) { sets.append(NamedSet(name: "pg_x.\(index)", content: content())) }
        }
        for family in [AddressFamily.v4, .v6] where chance(2) {
            let content = NamedSet.Content.timed(family: family, ranges: chance(2), size: chance(2) ? 1024 : 65536)
            sets.append(NamedSet(name: family == .v4 ? "pg_i4_ann" : "pg_i6_ann", content: content))
        }
        for sequence in [true, false] where chance(2) {
            let content = NamedSet.Content.connections(sequence: sequence, size: 65536, timeoutSeconds: 130)
            sets.append(NamedSet(name: sequence ? "pg_first" : "pg_judged", content: content))
        }
        if chance(2) { sets.append(NamedSet(name: "pg_k_unit", content: .cgroups)) }
        for family in [AddressFamily.v4, .v6] where chance(2) {
            let content = NamedSet.Content.dynamic(
                family: family, size: chance(4) ? 1024 : 65535, timeoutSeconds: chance(4) ? 3600 : 60)
            sets.append(NamedSet(name: family == .v4 ? "pg_m4_db" : "pg_m6_db", content: content))
        }
        if chance(4) {
            let seconds: UInt32? = chance(2) ? nil : chance(4) ? 3600 : 60
            sets.append(NamedSet(name: "pg_timed", content: .timedProtocols(refreshedForSeconds: seconds)))
        }
        return sets
    }

    private mutating func content() -> NamedSet.Content {
        switch UInt64.random(in: 0..<4, using: &random) {
        case 0: .ipv4(ranges4())
        case 1: .ipv6(ranges6())
        case 2: .time(rangesTime())
        default: .dynamic(family: chance(2) ? .v4 : .v6, size: 65535, timeoutSeconds: 60)
        }
    }

    /// Returns 2n distinct numbers in order, of every magnitude.
    private mutating func ends(_ bits: Int) -> [UInt128] {
        var ends: Set<UInt128> = []
        let wanted = Int.random(in: 0..<6, using: &random) * 2
        while ends.count < wanted {
            let width = Int.random(in: 1...bits, using: &random)
            ends.insert(UInt128.random(in: 0...(UInt128.max >> UInt128(128 - width)), using: &random))
        }
        if chance(8), ends.count > 0 {
            ends = [0, bits == 128 ? UInt128.max : (UInt128(1) << UInt128(bits)) - 1]
        }
        return ends.sorted()
    }

    /// Pairs ends into ranges with a gap between them; some become a single value, some a prefix.
    private mutating func pairs(_ bits: Int) -> [(UInt128, UInt128)] {
        let ends = ends(bits)
        var pairs: [(UInt128, UInt128)] = []
        for index in stride(from: 0, to: ends.count, by: 2) {
            var (first, last) = (ends[index], ends[index + 1])
            if chance(3) { last = first }
            if chance(3), last - first > 2 {
                let hostBits = UInt128(
                    Int.random(in: 0...((last - first).leadingZeroBitCount < 127 ? 3 : 0), using: &random))
                let mask = (UInt128(1) << hostBits) - 1
                if first & mask == 0, first | mask <= last { last = first | mask } else { last = first }
            }
            if let previous = pairs.last, first - previous.1 <= 1 { continue }
            pairs.append((first, last))
            first = 0
        }
        return pairs
    }

    private mutating func ranges4() -> [Range32] {
        pairs(32).map { Range32(UInt32(truncatingIfNeeded: $0.0), UInt32(truncatingIfNeeded: $0.1)) }
    }

    private mutating func ranges6() -> [Range128] { pairs(128).map { Range128($0.0, $0.1) } }

    private mutating func rangesTime() -> [RangeTime] {
        pairs(33).map { RangeTime(Int64(truncatingIfNeeded: $0.0), Int64(truncatingIfNeeded: $0.1)) }
    }

    private mutating func mapElements(leadingTo chains: [String]) -> [VerdictMap.Element] {
        var elements: [VerdictMap.Element] = []
        for transport in [6, 17, 132, 136] as [UInt8] {
            var port = 0
            while chance(2), port < 60000 {
                let first = port + Int.random(in: 1...3000, using: &random)
                let last = first + (chance(2) ? 0 : Int.random(in: 1...2000, using: &random))
                elements.append(
                    VerdictMap.Element(
                        transport: transport, first: UInt16(first), last: UInt16(last), verdict: verdict(chains)))
                port = last + 1
            }
        }
        return elements
    }

    private mutating func verdict(_ chains: [String]) -> Verdict {
        switch (UInt64.random(in: 0..<5, using: &random), chains.randomElement(using: &random)) {
        case (0, _): .drop
        case (1, _): .return
        case (2, let chain?): .jump(chain)
        case (3, let chain?): .goto(chain)
        default: .accept
        }
    }

    private mutating func hook() -> Chain.Hook {
        let point = [Chain.HookPoint.prerouting, .input, .forward, .output].randomElement(using: &random) ?? .input
        return Chain.Hook(point: point, priority: chance(2) ? -150 : number(500), policy: chance(2) ? .accept : .drop)
    }

    private mutating func numbers() -> [UInt32] {
        var numbers: Set<UInt32> = [number(70000)]
        while chance(2) { numbers.insert(chance(3) ? UInt32.max : number(100_000)) }
        return numbers.sorted()
    }

    private mutating func rules(of table: Table, leadingTo chains: [String], maps: [String]) -> [Rule] {
        (0..<Int.random(in: 0..<6, using: &random)).map { index in
            if chance(8),
                let timed = table.sets.first(where: { if case .timedProtocols = $0.content { true } else { false } })
            {
                return Rule([.protocolInSet(timed.name), .verdict(verdict(chains))])
            }
            var statements = matches(table)
            if let counter = table.counters.randomElement(using: &random), chance(3) {
                statements.append(.counter(counter.name))
            }
            if chance(4) {
                statements.append(
                    .log(
                        prefix: "pg allow \(index) x/y: ", group: number(65536), snaplen: chance(2) ? 128 : nil,
                        queueThreshold: chance(2) ? 32 : nil))
            }
            switch UInt64.random(in: 0..<6, using: &random) {
            case 0: statements.append(.rejectProhibited)
            case 1 where !statements.contains(where: Self.isAboutTransport):
                statements.removeAll { if case .family = $0 { true } else { false } }
                statements += [.transport(6), .rejectReset]
            case 2 where !maps.isEmpty && !statements.contains(where: Self.isAboutTCP):
                statements.removeAll { if case .transport = $0 { true } else { false } }
                let map = maps.randomElement(using: &random) ?? ""
                switch UInt64.random(in: 0..<3, using: &random) {
                case 0: statements.append(.dispatch(map: map))
                case 1: statements.append(.dispatchSource(map: map))
                default: statements += [.transport(chance(2) ? 6 : 17), .dispatchAsked(map: map)]
                }
            default: statements.append(.verdict(verdict(chains)))
            }
            return Rule(statements, comment: chance(2) ? "db/rule-\(index) db.yaml:27" : nil)
        }
    }

    private static func isAboutTCP(_ statement: Statement) -> Bool {
        switch statement {
        case .connectionKnown, .remember, .tcpFlags, .setReset: true
        default: false
        }
    }

    private static func isAboutTransport(_ statement: Statement) -> Bool {
        if case .transport = statement { return true }
        return isAboutTCP(statement)
    }

    private mutating func matches(_ table: Table) -> [Statement] {
        var statements: [Statement] = []
        if chance(3), let set = table.sets.randomElement(using: &random) {
            switch set.content {
            case .ipv4: statements.append(.sourceInSet(family: .v4, set: set.name))
            case .ipv6: statements.append(.sourceInSet(family: .v6, set: set.name))
            case .time: statements.append(.timeInSet(set.name))
            case .dynamic(let family, _, _):
                let unit = ["second", "minute", "hour", "day"].randomElement(using: &random) ?? "second"
                let limit = Limit(over: chance(2), count: number(100) + 1, unit: unit, burst: number(20) + 1)
                statements.append(.meter(set: set.name, family: family, limit: limit))
            case .timed(let family, _, _):
                switch UInt64.random(in: 0..<3, using: &random) {
                case 0: statements.append(.sourceInSet(family: family, set: set.name))
                case 1: statements.append(.destinationInSet(family: family, set: set.name))
                default: statements.append(.originalSourceInSet(family: family, set: set.name))
                }
            // The kernel knows a socket's cgroup in some hooks only.
            case .cgroups: break
            case .connections(let sequence, _, _):
                let keys = ConnectionKey.allCases.filter { $0.hasSequence == sequence }
                let key = keys.randomElement(using: &random) ?? .client
                if chance(2) {
                    statements.append(.connectionKnown(key, set: set.name, negated: chance(2)))
                } else {
                    statements.append(
                        .remember(key, set: set.name, timeoutSeconds: number(1000) + 1, refreshes: chance(2)))
                }
            case .timedProtocols(_?):
                statements.append(.refreshProtocol(set: set.name, timeoutSeconds: number(1000) + 1))
            case .timedProtocols: break
            }
        } else {
            switch UInt64.random(in: 0..<4, using: &random) {
            case 0: statements.append(.family(chance(2) ? .v4 : .v6))
            case 1: statements.append(.destinationIsLoopbackV4)
            case 2: statements.append(.destinationIsLoopbackV6)
            default: break
            }
        }
        if chance(5) { statements.append(.timeBefore(number(9_000_000_000) + 1)) }
        if chance(5) { statements.append(chance(2) ? .socketUser(numbers()) : .socketGroup(numbers())) }
        if chance(8) { statements.append(.socketHasOwner) }
        if chance(5) {
            let states = ConnectionState.allCases.filter { _ in chance(2) }
            statements.append(.connectionState(states.isEmpty ? [.new] : states))
        }
        if chance(8) { statements.append(.connectionUnconfirmed) }
        if chance(5) { statements.append(.inputInterface("lo", negated: chance(2))) }
        if chance(5) { statements.append(.outputInterface("eth0.100", negated: chance(2))) }
        if chance(5) {
            let types = AddressType.allCases.filter { _ in chance(2) }
            statements.append(.destinationType(types.isEmpty ? [.local] : types))
        }
        if chance(8) { statements.append(.sourceType([.local])) }
        statements += newerMatches()
        if chance(8) { statements.append(.tcpFlags(TCPFlags.allCases.randomElement(using: &random) ?? .reset)) }
        if chance(8) { statements.append(.setReset) }
        if chance(8) { statements.append(.stripMultipath) }
        if chance(6), !statements.contains(where: Self.isAboutTCP) { statements.append(.transport(number(256))) }
        return statements
    }

    /// Matches on connections and payloads.
    private mutating func newerMatches() -> [Statement] {
        var statements: [Statement] = []
        let masks: [UInt32] = [.max, 0xff00_0000, 0x00ff_0000, 0xe000_0000, 0x0000_0ff0]
        let mask = masks.randomElement(using: &random) ?? 1
        if chance(6) { statements.append(.connectionDirection(chance(2) ? .original : .reply)) }
        if chance(8) { statements.append(.destinationTranslated) }
        if chance(6) { statements.append(.connectionMark(mask: mask, value: number(1 << 32) & mask)) }
        if chance(6) {
            let value = chance(3) ? mask : chance(2) ? 0 : number(1 << 32) & mask
            statements.append(.setConnectionMark(mask: mask, value: value))
        }
        if chance(8) { statements.append(.hasPayload) }
        if chance(6) {
            let bytes: [UInt8] = (0...Int.random(in: 0..<16, using: &random)).map { _ in number(chance(3) ? 1 : 256) }
            var masks: [UInt8]? = chance(2) ? nil : bytes.map { _ in number(256) }
            if masks?.contains(where: { $0 != 0 }) == false || masks?.contains(where: { $0 != 255 }) == false {
                masks = nil
            }
            statements.append(
                .payload(
                    PayloadMatch(
                        offset: number(240), mask: masks,
                        bytes: masks.map { zip(bytes, $0).map { $0 & $1 } } ?? bytes)))
        }
        return statements
    }
}
