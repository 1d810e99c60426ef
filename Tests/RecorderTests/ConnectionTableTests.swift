import Testing

@testable import Recorder

@Suite("bounded tables")
struct ConnectionTableTests {
    private func tuple(_ number: Int) -> FlowTuple {
        var tuple = FlowTuple()
        tuple.source = FlowAddress(v4: UInt32(number))
        tuple.destination = FlowAddress(v4: 1)
        (tuple.sourcePort, tuple.destinationPort, tuple.transport) = (UInt16(number % 7), 443, 6)
        return tuple
    }

    @Test("a table of connections behaves as a dictionary does", arguments: [UInt64(1), 2, 3])
    func differential(seed: UInt64) {
        var numbers = SeededBytes(state: seed)
        var table = ConnectionTable(capacity: 100, seed: HashSeed(seed, 9))
        var places: [FlowTuple: Int] = [:]
        var order: [FlowTuple] = []
        for step in 0..<40_000 {
            let flow = tuple(Int(numbers.next()))
            switch numbers.next() % 4 {
            case 0, 1:
                guard places[flow] == nil else { continue }
                let place = table.insert(flow)
                #expect((place == nil) == (places.count == 100))
                guard let place else { continue }
                table.entries[place].start = Int64(step)
                places[flow] = place
                order.append(flow)
            case 2:
                #expect(table.find(flow) == places[flow])
                guard let place = places[flow] else { continue }
                table.touch(place)
                order.removeAll { $0 == flow }
                order.append(flow)
            default:
                guard let place = places.removeValue(forKey: flow) else { continue }
                table.remove(place)
                order.removeAll { $0 == flow }
            }
            #expect(table.count == places.count)
            #expect(table.oldest == order.first.flatMap { places[$0] })
        }
        for number in 0..<256 { #expect(table.find(tuple(number)) == places[tuple(number)]) }
    }

    @Test("two connections between the same ends are told apart by their ages")
    func same() {
        var table = ConnectionTable(capacity: 4, seed: HashSeed(1, 2))
        guard let first = table.insert(tuple(5)), let second = table.insert(tuple(5)) else {
            Issue.record("no room")
            return
        }
        (table.entries[first].start, table.entries[second].start) = (10, 20)
        #expect(table.oldest(tuple(5)).place == first)
        #expect(table.oldest(tuple(5)).count == 2)
        table.remove(first)
        #expect(table.oldest(tuple(5)).place == second)
    }

    @Test("a full table says which connection it follows no more")
    func full() throws {
        var limits = RecorderLimits.small
        limits.connections = 2
        var recorder = Recorder.sample(limits: limits)
        for source in 1...3 {
            recorder.take(
                nflog: LineTests.packet(prefix: "pg1 allow db/app ", source: UInt32(source)).span.bytes, at: .sample)
        }
        let lines = try recorder.takeLines()
        #expect(lines.map { $0["action"] } == ["allow", "allow", "end", "allow"])
        #expect(lines[2]["reason"] == "forgotten")
        #expect(lines[2]["src_ip"] == "0.0.0.1")
        #expect(recorder.totals.forgotten == 1)
    }

    @Test("refusals over the budget are summed up; full, the sum of the oldest is told at once", arguments: [16, 4])
    func denials(sources: Int) throws {
        var limits = RecorderLimits.small
        (limits.deniedSources, limits.deniedPerWindow) = (sources, 5)
        var recorder = Recorder.sample(limits: limits)
        for round in 0..<100 {
            for source in 0..<8 {
                recorder.take(
                    nflog: LineTests.packet(prefix: "pg1 deny db ", source: UInt32(source)).span.bytes,
                    at: .sample.plus(Double(round) / 1e3))
            }
        }
        recorder.tick(.sample.plus(11))
        let lines = try recorder.takeLines()
        let sums = lines.compactMap { $0.number("suppressed") }
        #expect(lines.count - sums.count + sums.reduce(0, +) == 800)
        if sources == 16 { #expect(sums == Array(repeating: 95, count: 8)) }
        for line in lines where line["suppressed"] != nil { #expect(line["first"] != nil && line["last"] != nil) }
    }

    @Test("losses are told by gaps, counters and clocks")
    func losses() throws {
        var recorder = Recorder.sample()
        for number: UInt32 in [0, 1, 5, 6] {
            recorder.take(
                nflog: LineTests.packet(prefix: "pg1 allow db/app ", sequence: number).span.bytes, at: .sample)
        }
        var lines = try recorder.takeLines().filter { $0["action"] == "lost" }
        #expect(lines.map { [$0.number("count"), $0.number("from_seq"), $0.number("to_seq")] } == [[3, 2, 4]])
        recorder.reconcile([RuleCount(prefix: "pg1 allow db/app ", packets: 100)], at: .sample)
        recorder.tick(.sample.plus(2))
        recorder.take(nflog: LineTests.packet(prefix: "pg1 allow db/app ").span.bytes, at: .sample.plus(2))
        recorder.reconcile([RuleCount(prefix: "pg1 allow db/app ", packets: 104)], at: .sample.plus(3))
        recorder.tick(.sample.plus(5))
        recorder.reconcile([RuleCount(prefix: "pg1 allow db/app ", packets: 104)], at: .sample.plus(6))
        recorder.tick(.sample.plus(8))
        lines = try recorder.takeLines().filter { $0["reason"] == "counter" }
        #expect(lines.map { $0.number("count") } == [3])
        #expect(lines.first?["rule"] == "app")
        var later = RecorderClock.sample.plus(10)
        later.realtime -= 3_600_000_000_000
        recorder.tick(later)
        recorder.tick(later.plus(1))
        lines = try recorder.takeLines().filter { $0["action"] == "clock-step" }
        #expect(lines.map { $0.text.contains("\"seconds\":-3600.000000") } == [true])
    }

    @Test(
        "the words of Zeek follow from what conntrack tells",
        arguments: [
            ([1], false, (1, 0), "S0", "unanswered"),
            ([1, 8], true, (1, 1), "REJ", "reset"),
            ([1, 8], false, (2, 0), "RSTOS0", "reset"),
            ([1, 2, 8], true, (2, 1), "RSTO", "reset"),
            ([1, 2, 3], true, (5, 5), "S1", "timeout"),
            ([1, 2, 3, 8], true, (5, 5), "OTH", "reset"),
            ([1, 2, 3, 8], true, (2, 3), "RSTR", "reset"),
            ([1, 2, 3, 4, 6, 7], true, (5, 5), "SF", "closed"),
            ([1, 2, 3, 4, 6, 7, 8], true, (5, 5), "SF", "closed"),
            ([1, 2], true, (1, 1), "OTH", "half-open"),
        ] as [([UInt16], Bool, (UInt64, UInt64), String, String)])
    func states(states: [UInt16], answered: Bool, packets: (UInt64, UInt64), word: String, reason: String) {
        var evidence = ConnectionEnding.Evidence(transport: 6, isAnswered: answered)
        evidence.states = states.reduce(0) { $0 | 1 << $1 }
        evidence.packets = (packets.0, packets.1)
        let ending = ConnectionEnding(evidence)
        #expect("\(ending.state)" == word)
        #expect("\(ending.reason)" == reason)
    }
}
