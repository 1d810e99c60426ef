import Foundation
import Nftables
import Policy
import TestSupport
import Testing

@testable import Gate

/// Elements of sets over netlink, against nft's own listing.
@Suite("Set elements")
struct SetElementsTests {
    private static let v4 = SetHandle("pg_v4", key: .ipv4, isInterval: true)
    private static let v6 = SetHandle("pg_v6", key: .ipv6, isInterval: true)
    private static let time = SetHandle("pg_t", key: .time, isInterval: true)
    private static let sessions = SetHandle("pg_h", key: .ipv4, isInterval: false)
    private static let spans = SetHandle("pg_span", key: .ipv4, isInterval: true)
    private static let families = SetHandle("pg_p", key: .family, isInterval: false)
    private static let groups = SetHandle("pg_cg", key: .controlGroup, isInterval: false)
    private static let all: UInt128 = 0xffff_ffff

    /// A table with one set of each kind.
    private static let table = """
        table inet portgate {
            set pg_v4 { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.0.2.7, 203.0.113.0-255.255.255.255 }; }
            set pg_v6 { type ipv6_addr; flags interval; elements = { ::-::5, 2001:db8::/32, ff00::/8 }; }
            set pg_t { typeof meta time; flags interval; elements = { 1700000000-1700003600 }; }
            set pg_h { type ipv4_addr; flags timeout; elements = { 10.0.0.1 timeout 1h, 10.0.0.2 }; }
            set pg_span { type ipv4_addr; flags interval,timeout; elements = { 10.0.0.0/8 timeout 1h, 192.0.2.7 }; }
            set pg_p { type nf_proto; flags timeout; elements = { ipv4 timeout 1h }; }
            set pg_cg { type cgroupsv2; }
        }
        """

    @Test("a dump says what nft loaded: intervals to the last address, times, timeouts")
    func dump() throws {
        try ScratchNetworkNamespace.run {
            try NftTool.run(Self.table)
            let door = KernelDoor.live()
            #expect(
                try door.elements(Self.v4).elements == [
                    SetElement(0x0a00_0000, 0x0aff_ffff), SetElement(0xc000_0207 as UInt32),
                    SetElement(0xcb00_7100, Self.all),
                ])
            let documentation: UInt128 = 0x2001_0db8 << 96
            #expect(
                try door.elements(Self.v6).elements == [
                    SetElement(0, 5), SetElement(documentation, documentation | .max >> 32),
                    SetElement(0xff << 120, .max),
                ])
            #expect(
                try door.elements(Self.time).elements == [
                    SetElement(1_700_000_000_000_000_000, 1_700_003_600_000_000_000)
                ])
            for set in [Self.sessions, Self.spans] {
                let listing = try door.elements(set)
                #expect(listing.elements.count == 2)
                #expect(listing.elements.first?.timeoutMilliseconds == 3_600_000)
                #expect(listing.elements.first?.remainingMilliseconds.map { $0 <= 3_600_000 } == true)
                #expect(listing.elements.last?.timeoutMilliseconds == nil)
                #expect(try door.generation() == listing.generation)
            }
            #expect(try door.elements(Self.families).elements.map(\.first) == [2])
            #expect(try door.elements(Self.groups).elements.isEmpty)
        }
    }

    @Test("what is added and removed is what nft lists, several sets in one transaction")
    func change() throws {
        try ScratchNetworkNamespace.run {
            try NftTool.run(Self.table)
            let door = KernelDoor.live()
            let before = try door.generation()
            let fresh = SetElement(0x0a00_0002 as UInt32, timeoutMilliseconds: 60_000)
            let group: UInt64 = 0x1234_5678_9abc
            try door.change(
                [
                    SetChange(
                        Self.v4, removed: [SetElement(0xcb00_7100, Self.all), SetElement(0x0a00_0000, 0x0aff_ffff)],
                        added: [SetElement(0, 0x0aff_fffe), SetElement(0xffff_ffff as UInt32)]),
                    SetChange(Self.v6, removed: [SetElement(0xff << 120, .max)]),
                    SetChange(Self.sessions, removed: [fresh], added: [fresh]),
                    SetChange(Self.families, added: [SetElement(10 as UInt8, timeoutMilliseconds: 90_000)]),
                    SetChange(Self.groups, added: [SetElement(group)]),
                    SetChange(
                        Self.time,
                        added: [SetElement(1_700_003_600_000_000_001, 1_700_010_000_000_000_000)]),
                ], before)
            #expect(try door.generation() == before + 1)
            let listing = try NftTool.run("-n", "-s", "list", "table", "inet", "portgate")
            #expect(listing.contains("0.0.0.0-10.255.255.254"))
            #expect(listing.contains("192.0.2.7"))
            #expect(listing.contains("255.255.255.255"))
            #expect(!listing.contains("203.0.113.0"))
            #expect(!listing.contains("ff00::/8"))
            #expect(listing.contains("10.0.0.2 timeout 60s"))
            #expect(listing.contains("10 timeout 90s"))
            #expect(try door.elements(Self.groups).elements == [SetElement(group)])
            #expect(try door.elements(Self.families).elements.map(\.first) == [2, 10])
            #expect(try door.elements(Self.time).elements.count == 2)
            let refreshed = try door.elements(Self.sessions).elements
            #expect(refreshed.map(\.first) == [0x0a00_0001, 0x0a00_0002])
            #expect(refreshed.last?.timeoutMilliseconds == 60_000)
        }
    }

    @Test("random sets become random others, and nft lists exactly those", arguments: 0..<6 as Range<UInt64>)
    func randomSets(seed: UInt64) throws {
        try ScratchNetworkNamespace.run {
            var random = SeededGenerator(seed: 7_700 + seed)
            try NftTool.run("add table inet portgate; add set inet portgate pg_v4 { type ipv4_addr; flags interval; }")
            let door = KernelDoor.live()
            var live: [SetElement] = []
            for round in 0..<8 {
                let next = Self.intervals(count: round == 3 ? 3_000 : 40, using: &random)
                let (old, new) = (Set(live), Set(next))
                try door.change(
                    [
                        SetChange(
                            Self.v4, removed: live.filter { !new.contains($0) },
                            added: next.filter { !old.contains($0) },
                            toleratesAbsence: Bool.random(using: &random))
                    ], try door.generation())
                live = next
                #expect(try door.elements(Self.v4).elements == live, "seed \(seed), round \(round)")
                let table = try #require(try door.list())
                let ranges = live.map { Range32(UInt32($0.first), UInt32($0.last)) }
                let expected = [NamedSet(name: "pg_v4", content: .ipv4(ranges))]
                #expect(table.sets == expected, "seed \(seed), round \(round)")
            }
        }
    }

    /// Disjoint intervals with gaps, of which the first begins at 0 and the last ends at the greatest address now and then.
    private static func intervals(count: Int, using random: inout SeededGenerator) -> [SetElement] {
        // From a small universe, so that two draws share some.
        let step: UInt64 = (1 << 32) / UInt64(count)
        return (0..<count).compactMap { index in
            if Int.random(in: 0..<4, using: &random) == 0 { return nil }
            let base = UInt64(index) * step
            let first = Bool.random(using: &random) ? base : base + UInt64.random(in: 0..<4, using: &random)
            var last = Bool.random(using: &random) ? first : min(first + 255, base + step - 2)
            if index == count - 1, Bool.random(using: &random) { last = UInt64(UInt32.max) }
            return SetElement(UInt128(first), UInt128(last))
        }
    }

    @Test("K11: a change that expects another generation is refused whole, and says so")
    func otherGeneration() throws {
        try ScratchNetworkNamespace.run {
            try NftTool.run(Self.table)
            let door = KernelDoor.live()
            let generation = try door.generation()
            try NftTool.run("add table inet other")
            let failure = #expect(throws: GateFailure.self) {
                try door.change([SetChange(Self.v4, added: [SetElement(1 as UInt32)])], generation)
            }
            #expect(failure?.diagnostic.code == "PG406")
            #expect(failure?.exit == .refused)
            #expect(try door.elements(Self.v4).elements.count == 3)
            // Without a generation it is made.
            try door.change([SetChange(Self.v4, added: [SetElement(1 as UInt32)])], nil)
            #expect(try door.elements(Self.v4).elements.count == 4)
        }
    }

    @Test("F07: elements of which one is gone already are removed together")
    func absentElement() throws {
        try ScratchNetworkNamespace.run {
            try NftTool.run(Self.table)
            let door = KernelDoor.live()
            let gone = SetElement(0x0a00_0009 as UInt32)
            try door.change(
                [
                    SetChange(Self.sessions, removed: [gone, SetElement(0x0a00_0001 as UInt32)]),
                    SetChange(
                        Self.spans,
                        removed: [SetElement(0x0b00_0000, 0x0b00_00ff), SetElement(0x0a00_0000, 0x0aff_ffff)]),
                ], nil)
            #expect(try door.elements(Self.sessions).elements.map(\.first) == [0x0a00_0002])
            #expect(try door.elements(Self.spans).elements.map(\.first) == [0xc000_0207])
        }
    }

    @Test("a refused element is named with its set, and nothing else of the change is made")
    func refusedElement() throws {
        try ScratchNetworkNamespace.run {
            try NftTool.run(Self.table)
            let door = KernelDoor.live()
            let gone = SetElement(0x0b00_0000, 0x0b00_00ff)
            let failure = #expect(throws: GateFailure.self) {
                try door.change(
                    [
                        SetChange(Self.sessions, added: [SetElement(7 as UInt32)]),
                        SetChange(
                            Self.v4, removed: [SetElement(0xc000_0207 as UInt32), gone], toleratesAbsence: false),
                    ], nil)
            }
            #expect(failure?.diagnostic.code == "PG421")
            #expect(failure?.diagnostic.message.contains("set pg_v4, remove of 11.0.0.0-11.0.0.255") == true)
            #expect(try door.elements(Self.sessions).elements.count == 2)
            #expect(try door.elements(Self.v4).elements.count == 3)
            let unknown = #expect(throws: GateFailure.self) {
                try door.change(
                    [SetChange(SetHandle("pg_none", key: .ipv4, isInterval: true), added: [gone])], nil)
            }
            #expect(unknown?.diagnostic.message.contains("pg_none") == true)
            #expect(throws: GateFailure.self) {
                try door.elements(SetHandle("pg_none", key: .ipv4, isInterval: true))
            }
        }
    }

    @Test("F05: a timeout is refreshed by removing and adding in one transaction")
    func refresh() throws {
        try ScratchNetworkNamespace.run {
            try NftTool.run(Self.table)
            let door = KernelDoor.live()
            for set in [Self.sessions, Self.spans] {
                let old = try #require(try door.elements(set).elements.first)
                var new = old
                new.timeoutMilliseconds = 7_200_000
                try door.change([SetChange(set, removed: [old], added: [new])], nil)
                let listed = try #require(try door.elements(set).elements.first)
                #expect(listed.timeoutMilliseconds == 7_200_000)
                #expect(listed.remainingMilliseconds.map { $0 > 3_600_000 } == true)
                #expect(listed.last == old.last)
            }
        }
    }

    @Test("an interval is held when it is one piece: two with the same ends are another thing")
    func held() throws {
        try ScratchNetworkNamespace.run {
            try NftTool.run(
                "table inet portgate { set pg_v4 { type ipv4_addr; flags interval; elements = { 10.0.0.0/29, 10.0.0.16/30, 10.0.0.64 }; }; }"
            )
            let door = KernelDoor.live()
            let pieces = [SetElement(0x0a00_0000, 0x0a00_0007), SetElement(0x0a00_0010, 0x0a00_0013)]
            #expect(try door.held(Self.v4, pieces + [SetElement(0x0a00_0040 as UInt32)]) == [true, true, true])
            let others = [
                SetElement(0x0a00_0000, 0x0a00_0013), SetElement(0x0a00_0000, 0x0a00_0006),
                SetElement(0x0a00_0001, 0x0a00_0007), SetElement(0x0a00_0008, 0x0a00_000f),
                SetElement(0x0a00_0000, Self.all),
            ]
            #expect(try door.held(Self.v4, others) == others.map { _ in false })
        }
    }

    @Test("a large set is known without being read whole: one element more, less or elsewhere is noticed")
    func holdsOnly() throws {
        let spans = (0..<UInt128(KernelDoor.manyElements + 100)).map {
            SetElement(0x0a00_0000 + $0 * 16, 0x0a00_0007 + $0 * 16)
        }
        try ScratchNetworkNamespace.run {
            let texts = spans.map { "\(IPv4Address(bits: UInt32($0.first)))-\(IPv4Address(bits: UInt32($0.last)))" }
            let file = "\(NSTemporaryDirectory())/portgate-large-\(UUID()).nft"
            defer { try? FileManager.default.removeItem(atPath: file) }
            try """
            table inet portgate {
                set pg_v4 { type ipv4_addr; flags interval; elements = { \(texts.joined(separator: ", ")) }; }
            }
            """.write(toFile: file, atomically: true, encoding: .utf8)
            try NftTool.run("-f", file)
            let door = KernelDoor.live()
            func change(removed: [SetElement] = [], added: [SetElement] = []) throws {
                try door.change(
                    [SetChange(Self.v4, removed: removed, added: added, toleratesAbsence: false)], nil)
            }
            func census(_ elements: [SetElement]) throws -> Bool {
                var sets = try SetElements()
                return try #require(SetCensus(of: elements, in: Self.v4)).holds(through: &sets)
            }
            #expect(try census(spans))
            #expect(try door.holdsOnly(Self.v4, spans))
            #expect(try !door.holdsOnly(Self.v4, Array(spans.dropLast())))
            var others = spans
            others[7].last += 1
            #expect(try !door.holdsOnly(Self.v4, others))

            // One more between them, one instead of another, and a mark of its own in a gap: a beginning, and at the top.
            let more = SetElement(0x0a00_000a, 0x0a00_000b)
            try change(added: [more])
            #expect(try census(spans), "the count alone tells")
            #expect(try !door.holdsOnly(Self.v4, spans))
            try change(removed: [spans[9]])
            #expect(try !door.holdsOnly(Self.v4, spans))
            try change(removed: [more], added: [spans[9]])
            #expect(try door.holdsOnly(Self.v4, spans))
            for first in [0x0a00_0018, 0xf000_0000, Self.all] as [UInt128] {
                try change(added: [SetElement(first, Self.all)])
                #expect(try !census(spans), "a beginning without an end at \(first)")
                #expect(try !door.holdsOnly(Self.v4, spans))
                #expect(try door.elements(Self.v4).elements.count == spans.count + 1)
                try change(removed: [SetElement(first, Self.all)])
                #expect(try census(spans), "after a beginning at \(first)")
            }
        }
    }
}
