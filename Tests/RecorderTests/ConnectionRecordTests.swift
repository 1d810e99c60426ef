import Testing

@testable import Recorder

@Suite("records of connections")
struct ConnectionRecordTests {
    private static let source: UInt32 = 0x0a00_0001

    /// An event of conntrack of the connection that ``LineTests/packet(prefix:sequence:source:payload:user:)`` makes.
    func event(
        destroy: Bool = false, state: UInt8 = 3, mark: UInt32 = 0xa300_0000, identifier: UInt32 = 7,
        source: UInt32 = Self.source
    ) -> [UInt8] {
        func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
            var message = ConfigurationMessage(type: 0, flags: 0, sequence: 0)
            message.attribute(type, value)
            return Array(message.bytes[20...])
        }
        func tuple(_ from: UInt32, _ to: UInt32, _ ports: (UInt16, UInt16)) -> [UInt8] {
            func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
                withUnsafeBytes(of: number.bigEndian) { Array($0) }
            }
            return attribute(1 | 0x8000, attribute(1, bytes(from)) + attribute(2, bytes(to)))
                + attribute(2 | 0x8000, attribute(1, [6]) + attribute(2, bytes(ports.0)) + attribute(3, bytes(ports.1)))
        }
        var message = ConfigurationMessage(type: destroy ? 1 << 8 | 2 : 1 << 8, flags: 0, sequence: 0)
        message.attribute(1 | 0x8000, tuple(source, 0x0a00_0002, (40_001, 8_443)))
        message.attribute(2 | 0x8000, tuple(0x0a00_0002, source, (8_443, 40_001)))
        message.attribute(3, number: UInt32(14))
        message.attribute(4 | 0x8000, attribute(1 | 0x8000, attribute(1, [state])))
        message.attribute(8, number: mark)
        message.attribute(12, number: identifier)
        return message.bytes
    }

    private func packet(_ prefix: String) -> [UInt8] { LineTests.packet(prefix: prefix) }

    @Test("conntrack may tell of a connection before the packet that was let in comes")
    func announced() throws {
        var recorder = Recorder.sample()
        recorder.take(conntrack: event(state: 2).span.bytes, at: .sample)
        recorder.take(conntrack: event(state: 3).span.bytes, at: .sample)
        recorder.take(nflog: packet("pg1 allow db/app ").span.bytes, at: .sample.plus(0.1))
        #expect(recorder.followed == 1)
        recorder.take(conntrack: event(state: 7).span.bytes, at: .sample.plus(5))
        recorder.take(conntrack: event(destroy: true, state: 7).span.bytes, at: .sample.plus(100))
        let lines = try recorder.takeLines()
        #expect(lines.map { $0["action"] } == ["allow", "end"])
        #expect(lines[1]["rule"] == "app" && lines[1]["conn_state"] == "SF" && lines[1].number("epoch") == 3)
        #expect(lines[1].text.contains("\"duration\":4.900000"))
        #expect(recorder.followed == 0)
    }

    @Test("an end that comes before its beginning waits for it, but not for long")
    func early() throws {
        var recorder = Recorder.sample()
        recorder.take(conntrack: event(destroy: true, state: 8).span.bytes, at: .sample)
        recorder.take(nflog: packet("pg1 allow db/app ").span.bytes, at: .sample.plus(0.1))
        recorder.take(conntrack: event(destroy: true, state: 8, source: 5).span.bytes, at: .sample.plus(0.2))
        recorder.tick(.sample.plus(1))
        let lines = try recorder.takeLines()
        #expect(lines.map { $0["action"] } == ["allow", "end", "end"])
        #expect(lines.map { $0["rule"] } == ["app", "app", nil])
        #expect(recorder.followed == 0)
    }

    @Test("the end of an earlier connection between the same ends is not taken for that of the later")
    func reused() throws {
        var recorder = Recorder.sample()
        recorder.take(nflog: packet("pg1 allow db/old ").span.bytes, at: .sample)
        recorder.take(conntrack: event(identifier: 1).span.bytes, at: .sample)
        recorder.take(nflog: packet("pg1 allow db/new ").span.bytes, at: .sample.plus(20))
        recorder.take(conntrack: event(destroy: true, identifier: 1).span.bytes, at: .sample.plus(21))
        recorder.take(conntrack: event(destroy: true, identifier: 2).span.bytes, at: .sample.plus(30))
        let ends = try recorder.takeLines().filter { $0["action"] == "end" }
        #expect(ends.map { $0["rule"] } == ["old", "new"])
    }

    @Test("a connection that is cut is a record, and its end says so")
    func revoked() throws {
        var recorder = Recorder.sample()
        recorder.take(nflog: packet("pg1 allow db/app ").span.bytes, at: .sample)
        recorder.take(nflog: packet("pg1 revoke db ").span.bytes, at: .sample.plus(3))
        recorder.take(conntrack: event(destroy: true, state: 8, mark: 0xff00_0000).span.bytes, at: .sample.plus(4))
        let lines = try recorder.takeLines()
        #expect(lines.map { $0["action"] } == ["allow", "revoke", "end"])
        #expect(lines[1].text.contains("\"duration\":3.000000"))
        #expect(lines[2]["reason"] == "revoked" && lines[2]["verdict"] == "deny" && lines[2]["rule"] == "app")
    }

    @Test("connections of others are nobody's business, and those that were never let in are summed up")
    func others() throws {
        var recorder = Recorder.sample()
        recorder.take(conntrack: event(mark: 0x00ff_ffff).span.bytes, at: .sample)
        recorder.take(conntrack: event(destroy: true, mark: 0).span.bytes, at: .sample)
        #expect(recorder.followed == 0)
        let none = try recorder.takeLines()
        #expect(none.isEmpty)
        for number in 0..<100 as Range<UInt32> {
            recorder.take(conntrack: event(mark: 0x2000_0000, identifier: number).span.bytes, at: .sample)
            recorder.take(
                conntrack: event(destroy: true, mark: 0x2000_0000, identifier: number).span.bytes, at: .sample)
        }
        // They are kept for a while, as their beginnings may be on their way.
        recorder.tick(.sample.plus(1))
        recorder.tick(.sample.plus(12))
        let lines = try recorder.takeLines()
        #expect(lines.count == 21 && lines.allSatisfy { $0["action"] == "end" && $0["verdict"] == nil })
        #expect(lines.last?.number("suppressed") == 80)
    }

    @Test("what never was let in pushes out nothing that was")
    func pressure() throws {
        var recorder = Recorder.sample()
        recorder.take(nflog: packet("pg1 allow db/app ").span.bytes, at: .sample)
        for source in 1...1_000 as ClosedRange<UInt32> {
            recorder.take(conntrack: event(mark: 0x2000_0000, source: source).span.bytes, at: .sample)
        }
        #expect(recorder.followed == 48)
        recorder.take(conntrack: event(destroy: true).span.bytes, at: .sample)
        let last = try recorder.takeLines().last
        #expect(last?["rule"] == "app")
    }

    @Test("a look at all connections ends those that are gone, once it is whole")
    func sweep() throws {
        var recorder = Recorder.sample()
        recorder.take(nflog: packet("pg1 allow db/app ").span.bytes, at: .sample)
        let done = ConfigurationMessage(type: 3, flags: 2, sequence: 0).bytes
        recorder.beginSweep(at: .sample.plus(60))
        let isLast1 = recorder.take(dump: event().span.bytes, at: .sample.plus(60))
        #expect(!isLast1)
        let isLast2 = recorder.take(dump: done.span.bytes, at: .sample.plus(60))
        #expect(isLast2)
        #expect(recorder.followed == 1)
        recorder.beginSweep(at: .sample.plus(120))
        let isLast3 = recorder.take(dump: [1, 2, 3].span.bytes, at: .sample.plus(120))
        #expect(isLast3)
        #expect(recorder.followed == 1)
        recorder.beginSweep(at: .sample.plus(180))
        let isLast4 = recorder.take(dump: done.span.bytes, at: .sample.plus(180))
        #expect(isLast4)
        #expect(recorder.followed == 0)
        let last = try recorder.takeLines().last
        #expect(last?["reason"] == "unseen")
    }

    @Test("facts of a handshake go into the record that its bytes came with; a failure is one of its own")
    func handshake() throws {
        let observer = Observer()
        var recorder = Recorder(
            limits: .small, seed: HashSeed(1, 2), clock: .sample, handshakes: observer, interfaceName: { _ in 0 })
        var bytes: [UInt8] = [0x45, 0, 0, 43, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
        bytes += [0x9c, 0x41, 0x20, 0xfb, 0, 0, 0, 9, 0, 0, 0, 0, 0x50, 0x18, 0, 0, 0, 0, 0, 0, 1, 2, 3]
        recorder.take(nflog: LineTests.packet(prefix: "pg1 allow db/app ", payload: bytes).span.bytes, at: .sample)
        observer.next = .failed
        recorder.take(nflog: LineTests.packet(prefix: "pg1 data db ", payload: bytes).span.bytes, at: .sample)
        let lines = try recorder.takeLines()
        #expect(lines.map { $0["action"] } == ["allow", "tls-handshake-failed"])
        #expect(lines.allSatisfy { $0["facts"] == "010203" && $0["rule"] == "app" })
        recorder.take(conntrack: event(destroy: true).span.bytes, at: .sample)
        #expect(observer.forgotten == 1)
    }

    @Test("G11: a packet without a time, or with one that cannot be, has the recorder's")
    func times() throws {
        for (second, wanted) in [
            (nil, "2026-11-22T06:34:20.000000Z"), (1_795_329_259, "2026-11-22T06:34:19.000007Z"),
            (0, "2026-11-22T06:34:20.000000Z"), (1_795_339_260, "2026-11-22T06:34:20.000000Z"),
            (.max, "2026-11-22T06:34:20.000000Z"),
        ] as [(UInt64?, String)] {
            var recorder = Recorder(
                limits: .small, seed: HashSeed(1, 2), clock: .sample, interfaceName: { _ in 0 })
            recorder.take(
                nflog: LineTests.packet(prefix: "pg1 allow db/app ", second: second).span.bytes, at: .sample)
            #expect(try recorder.takeLines().map { $0["timestamp"] } == [wanted])
        }
    }

    private final class Observer: HandshakeObserver {
        var next = HandshakeProgress.facts
        var text = ""
        var forgotten = 0

        func take(_ segment: HandshakeSegment, payload: RawSpan) -> HandshakeProgress {
            text = (0..<payload.byteCount).map { "0\(payload.byte(at: $0))" }.joined()
            return segment.isFromClient ? next : .nothing
        }

        func append(connection: Int, to line: inout [UInt8]) { line += Array(",\"facts\":\"\(text)\"".utf8) }

        func overdue(before moment: Int64) -> Int? { nil }

        func isUntold(connection: Int) -> Bool { false }

        func forget(connection: Int) { forgotten += 1 }
    }

    @Test("a handshake is told when it is complete, with the end of its connection, or after two seconds, and once")
    func patience() throws {
        let pool = HandshakePool()
        func take(_ connection: Int, _ text: String, client: Bool = true, at time: Int64, _ place: UInt32 = 0)
            -> HandshakeProgress
        {
            let segment = HandshakeSegment(
                connection: connection, port: -1, transport: 6, isFromClient: client, sequence: place, time: time)
            return pool.take(segment, payload: Array(text.utf8).span.bytes)
        }
        func told(_ connection: Int) -> String {
            var line: [UInt8] = []
            pool.append(connection: connection, to: &line)
            return String(decoding: line, as: UTF8.self)
        }
        let request = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
        #expect(take(1, request, at: 10) == .facts)
        #expect(take(2, request, at: 20) == .facts)
        #expect(pool.isUntold(connection: 1))
        #expect(take(1, "HTTP/1.1 204 No Content\r\n\r\n", client: false, at: 30) == .complete)
        #expect(told(1).contains("\"status\":204"))
        #expect(!pool.isUntold(connection: 1))
        #expect(take(1, "HTTP/1.1 500 x\r\n\r\n", client: false, at: 40, 30) == .nothing)
        #expect(pool.overdue(before: 20) == nil)
        #expect(pool.overdue(before: 21) == 2)
        #expect(told(2).contains("\"path\":\"/a\""))
        #expect(pool.overdue(before: .max) == nil)
        // What comes after that is told with the end.
        #expect(take(2, "HTTP/1.1 403 Forbidden\r\n\r\n", client: false, at: 50) == .complete)
        #expect(pool.isUntold(connection: 2))
        pool.forget(connection: 2)
        #expect(!pool.isUntold(connection: 2))
        #expect(pool.overdue(before: .max) == nil)
    }

    @Test(
        "numbers are written in full", arguments: [0, 9, 10, 4_294_967_295, 4_294_967_296, 9_999_999_999, UInt64.max])
    func numbers(number: UInt64) {
        var line = LineBuffer(capacity: 1)
        line.append(number: number)
        #expect(String(decoding: line.bytes, as: UTF8.self) == "\(number)")
    }
}
