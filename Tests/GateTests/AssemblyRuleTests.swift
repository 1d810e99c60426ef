import Host
import Nftables
import TestSupport
import Testing

/// Rules of every statement in any order: what nft makes of a rule depends on what stands before it.
@Suite("Assembled rules and the kernel")
struct AssemblyRuleTests {
    private static let chain = "pg_rules"

    /// A table that has what rules refer to.
    static func table(_ rules: [Rule]) -> Table {
        let verdict = Verdict.goto("pg_end")
        return Table(
            name: "portgate", counters: [NamedCounter(name: "pg_count")],
            sets: [
                NamedSet(name: "pg_v4", content: .ipv4([Range32(0, 1), Range32(0x0a00_0000, 0xffff_ffff)])),
                NamedSet(name: "pg_v6", content: .ipv6([Range128(1, 1), Range128(1 << 120, .max)])),
                NamedSet(name: "pg_time", content: .time([RangeTime(0, 0), RangeTime(9, 9_223_372_036)])),
                NamedSet(name: "pg_d4", content: .dynamic(family: .v4, size: 9, timeoutSeconds: 60)),
                NamedSet(name: "pg_d6", content: .dynamic(family: .v6, size: 9, timeoutSeconds: 60)),
                NamedSet(name: "pg_t4", content: .timed(family: .v4, ranges: true, size: 9)),
                NamedSet(name: "pg_t6", content: .timed(family: .v6, ranges: false, size: 9)),
                NamedSet(name: "pg_groups", content: .cgroups),
                NamedSet(name: "pg_known", content: .connections(sequence: false, size: 9, timeoutSeconds: 60)),
                NamedSet(name: "pg_first", content: .connections(sequence: true, size: 9, timeoutSeconds: 60)),
                NamedSet(name: "pg_protocols", content: .timedProtocols()),
                NamedSet(name: "pg_refreshed", content: .timedProtocols(refreshedForSeconds: 9)),
            ],
            maps: [
                VerdictMap(
                    name: "pg_ranges", elements: [.init(transport: 6, first: 1, last: 65535, verdict: verdict)]),
                VerdictMap(
                    name: "pg_ports", elements: [.init(transport: 17, first: 53, last: 53, verdict: verdict)],
                    takesRanges: false),
            ],
            chains: [Chain(name: "pg_end"), Chain(name: chain, rules: rules)])
    }

    private static func match(_ random: inout SeededGenerator) -> Statement {
        let family: AddressFamily = Bool.random(using: &random) ? .v4 : .v6
        let byte = UInt8.random(in: 0...255, using: &random)
        switch Int.random(in: 0..<33, using: &random) {
        case 0: return .sourceInSet(family: family, set: family == .v4 ? "pg_v4" : "pg_t6")
        case 1: return .destinationInSet(family: family, set: family == .v4 ? "pg_t4" : "pg_v6")
        case 2: return .originalSourceInSet(family: family, set: family == .v4 ? "pg_v4" : "pg_v6")
        case 3: return .family(family)
        case 4: return .protocolInSet("pg_protocols")
        case 5: return .timeInSet("pg_time")
        case 6: return .timeBefore(Int64.random(in: 1...9_223_372_036, using: &random))
        case 7: return .socketUser(byte < 128 ? [UInt32(byte)] : [UInt32(byte), 1000, .max])
        case 8: return .socketGroup(byte < 128 ? [.max] : [0, 1, 2, 3])
        case 9: return .socketHasOwner
        case 10: return .connectionState(ConnectionState.allCases.filter { $0.rawValue & UInt32(byte | 2) != 0 })
        case 11: return byte < 128 ? .connectionUnconfirmed : .connectionPacketsOutside(1...(UInt64(byte) + 1))
        case 12: return .connectionDirection(byte < 128 ? .original : .reply)
        case 13: return .destinationTranslated
        case 14:
            let mask = [UInt32.max, 1, 0x8000_0000, 0xffff_0000, 0x0000_ffff, 0x0ff0_0ff0].randomElement(using: &random)
            return .connectionMark(mask: mask ?? 1, value: byte < 128 ? 0 : (mask ?? 1) & 0xa5a5_5a5b)
        case 15, 16:
            let key = ConnectionKey.allCases.randomElement(using: &random) ?? .client
            return .connectionKnown(key, set: key.hasSequence ? "pg_first" : "pg_known", negated: byte < 128)
        case 17: return .hasPayload
        case 18...21:
            // Few places, so that many are adjacent.
            let offset = Int.random(in: 0...8, using: &random)
            let bytes = [UInt8](repeating: byte, count: Int.random(in: 1...8, using: &random))
            let mask = byte < 64 ? bytes.map { _ in 0x7f as UInt8 } : nil
            return .payload(PayloadMatch(offset: offset, mask: mask, bytes: bytes))
        case 22, 23: return .tcpFlags(TCPFlags.allCases.randomElement(using: &random) ?? .reset)
        case 24: return .noRouteBack(sameInterface: byte < 128)
        case 25, 26: return .linkAddress(UInt64(byte) << 40 | 0x0203_0405_0607)
        case 27: return byte < 128 ? .securityRequest(UInt32(byte) << 3) : .securityIndex(UInt32(byte) << 9)
        case 28: return .cgroupInSet(level: max(1, byte), set: "pg_groups")
        case 29: return .transport([0, 1, 6, 17, 58, 255].randomElement(using: &random) ?? 6)
        case 30: return .inputInterface("abcdefghijklmno", negated: byte < 128)
        case 31: return family == .v4 ? .destinationIsLoopbackV4 : .destinationIsLoopbackV6
        default:
            let types: [AddressType] = byte < 128 ? [.local] : [.local, .anycast]
            return byte & 1 == 0 ? .destinationType(types) : .sourceType(types)
        }
    }

    private static func action(_ random: inout SeededGenerator) -> Statement {
        let value = UInt32.random(in: 0...UInt32.max, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return .counter("pg_count")
        case 1: return .log(prefix: "a b", group: 65535, snaplen: value < 1 << 31 ? nil : 64, queueThreshold: 7)
        case 2:
            let limit = Limit(
                over: value & 1 == 0, count: value % 100 + 1, unit: ["second", "day", "week"][Int(value % 3)],
                burst: value % 9 + 1)
            return .meter(
                set: value & 2 == 0 ? "pg_d4" : "pg_d6", family: value & 2 == 0 ? .v4 : .v6, limit: limit)
        case 3:
            let mask: UInt32 = value & 1 == 0 ? .max : 0x00ff_f000
            return .setConnectionMark(mask: mask, value: [0, mask, value & mask][Int(value % 3)])
        case 4:
            let key = ConnectionKey.allCases.randomElement(using: &random) ?? .client
            return .remember(
                key, set: key.hasSequence ? "pg_first" : "pg_known", timeoutSeconds: value % 999 + 1,
                refreshes: value & 1 == 0)
        case 5: return .setReset
        case 6: return .refreshProtocol(set: "pg_refreshed", timeoutSeconds: value % 999 + 1)
        default: return .stripMultipath
        }
    }

    private static func end(_ random: inout SeededGenerator) -> Statement? {
        let ends: [Statement?] = [
            nil, .verdict(.accept), .verdict(.drop), .verdict(.return), .verdict(.jump("pg_end")),
            .verdict(.goto("pg_end")), .dispatch(map: "pg_ranges"), .dispatch(map: "pg_ports"),
            .dispatchSource(map: "pg_ranges"), .dispatchSource(map: "pg_ports"), .dispatchAsked(map: "pg_ranges"),
            .dispatchAsked(map: "pg_ports"), .rejectReset, .rejectProhibited,
        ]
        return ends[Int.random(in: 0..<ends.count, using: &random)]
    }

    static func rule(_ random: inout SeededGenerator) -> Rule {
        var statements: [Statement] = []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let isMatch = Int.random(in: 0..<5, using: &random) > 0
            statements.append(isMatch ? match(&random) : action(&random))
        }
        if let end = end(&random) { statements.append(end) }
        return Rule(statements)
    }

    @Test("rules of random statements", arguments: [1, 2, 3, 4] as [UInt64])
    func randomRules(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var rules: [Rule] = []
        var refused: [Rule] = []
        while rules.count < 400 {
            let rule = Self.rule(&random)
            do throws(AssemblyError) {
                _ = try Self.table([rule]).assembled()
                rules.append(rule)
            } catch {
                if case .conflictingProtocols = error { refused.append(rule) }
            }
        }
        let table = Self.table(rules)
        let (conflicting, printed) = (refused, try table.rendered())
        let (live, loaded) = try ScratchNetworkNamespace.run {
            let live = try AssemblyKernelTests.load(printed)
            let loaded = try conflicting.prefix(40).filter { rule in
                let text = try Self.table([rule]).rendered()
                return (try? AssemblyKernelTests.load(text)) != nil
            }
            return (live, loaded)
        }
        let found = AssembledListing(printed: live)
        let wanted = AssembledListing(of: try table.assembled())
        #expect(wanted.elements == found.elements)
        let foundRules = found.rules[Self.chain] ?? []
        #expect(foundRules.count == rules.count)
        for (rule, (made, found)) in zip(rules, zip(wanted.rules[Self.chain] ?? [], foundRules)) {
            #expect(made == found, "\(rule.statements)")
        }
        // What is not assembled nft takes neither.
        #expect(loaded == [], "\(loaded.count) of \(conflicting.count)")
    }
}
