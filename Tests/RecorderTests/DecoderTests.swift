import Testing

@testable import Recorder

@Suite("decoders of recorded datagrams")
struct DecoderTests {
    private func packets(_ bytes: [UInt8]) -> [NflogDecoder.Item] {
        var decoder = NflogDecoder(byteCount: bytes.count)
        var items: [NflogDecoder.Item] = []
        while let item = decoder.next(in: bytes.span.bytes) { items.append(item) }
        return items
    }

    private func events(_ bytes: [UInt8]) -> [ConntrackDecoder.Item] {
        var decoder = ConntrackDecoder(byteCount: bytes.count)
        var items: [ConntrackDecoder.Item] = []
        while let item = decoder.next(in: bytes.span.bytes) { items.append(item) }
        return items
    }

    @Test("every recorded packet is read, in order, with its headers")
    func nflog() throws {
        var prefixes: [String] = []
        var numbers: [UInt32] = []
        #expect(!RecordedDatagrams.nflog.isEmpty)
        for bytes in RecordedDatagrams.nflog {
            for item in packets(bytes) {
                guard case .packet(let packet) = item else { continue }
                prefixes.append(String(decoding: bytes[packet.prefix.start..<packet.prefix.end], as: UTF8.self))
                numbers.append(try #require(packet.sequence))
                #expect(packet.group == 77)
                let header = PacketHeader(packet.payload, in: bytes.span.bytes)
                #expect(header.fault == nil)
                #expect((packet.user != nil) == (packet.hook == 3 && packet.user != nil))
                if packet.hook == 0 { #expect(packet.time != nil && packet.inInterface > 0) }
                if header.tuple.transport == 17 { #expect(header.payload.count == 5) }
            }
        }
        #expect(numbers == Array(0..<UInt32(numbers.count)))
        #expect(Set(prefixes).isSuperset(of: ["pg1 allow db/app ", "pg1 deny db ", "pg1 would-deny own "]))
    }

    @Test("every recorded event is read")
    func conntrack() {
        var ends = 0
        for bytes in RecordedDatagrams.conntrack {
            for item in events(bytes) {
                guard case .event(let event) = item else {
                    Issue.record("\(item)")
                    continue
                }
                #expect([1, 6, 17].contains(event.original.transport))
                #expect(event.reply.source == event.original.destination)
                guard event.kind == .destroy, event.original.destinationPort == 8443 else { continue }
                ends += 1
                #expect(event.originalCount.map { $0.bytes > 0 && $0.packets > 0 } == true)
                #expect(event.start.map { $0 < event.stop ?? 0 } == true)
                #expect(event.mark == 0xa300_0000)
            }
        }
        #expect(ends >= 1)
    }

    @Test("a datagram that is cut at any byte is read as far as it goes, and no farther")
    func cut() {
        for bytes in RecordedDatagrams.nflog {
            let whole = packets(bytes).count
            for count in 0..<bytes.count { #expect(packets(Array(bytes[..<count])).count <= whole) }
        }
        for bytes in RecordedDatagrams.conntrack {
            for count in 0..<bytes.count {
                let items = events(Array(bytes[..<count]))
                #expect(items.allSatisfy { $0 == .malformed })
            }
        }
    }

    @Test("no byte that is changed breaks anything, and every line stays JSON")
    func corrupted() throws {
        var recorder = Recorder.sample()
        var numbers = SeededBytes(state: 7)
        for (isPacket, all) in [(true, RecordedDatagrams.nflog), (false, RecordedDatagrams.conntrack)] {
            for bytes in all {
                for place in bytes.indices {
                    var other = bytes
                    other[place] = numbers.next()
                    if numbers.next() < 128 { other[Int(numbers.next()) % other.count] ^= 0x80 }
                    if isPacket {
                        recorder.take(nflog: other.span.bytes, at: .sample)
                    } else {
                        recorder.take(conntrack: other.span.bytes, at: .sample)
                    }
                    if recorder.isFull { _ = try recorder.takeLines() }
                }
            }
        }
        _ = try recorder.takeLines()
        #expect(recorder.followed <= 64)
    }

    @Test(
        "headers that lie are told apart",
        arguments: [
            ([], PacketHeader.Fault.empty),
            ([0x00], .version), ([0xf5, 1], .version), ([0x45, 0, 0, 20], .networkHeader), ([0x60, 0], .networkHeader),
        ] as [([UInt8], PacketHeader.Fault)])
    func faults(bytes: [UInt8], fault: PacketHeader.Fault) {
        #expect(header(bytes).fault == fault)
    }

    @Test("IPv4: lengths, fragments and short transport headers")
    func v4() {
        var packet: [UInt8] = [0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
        packet += [0x9c, 0x41, 0x20, 0xfb, 0, 0, 0, 9, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0]
        let whole = header(packet)
        #expect(whole.fault == nil && whole.hasPorts && whole.tcpFlags == 2 && whole.tcpSequence == 9)
        #expect(whole.tuple.sourcePort == 40_001 && whole.tuple.destinationPort == 8_443)
        #expect(whole.tuple.source.v4 == 0x0a00_0001)
        #expect(changed(packet, 0, 0x44).fault == .networkLength)
        #expect(changed(packet, 0, 0x4f).fault == .networkLength)
        #expect(changed(packet, 3, 19).fault == .networkLength)
        #expect(changed(packet, 3, 30).fault == .transportHeader && changed(packet, 3, 30).hasPorts)
        #expect(changed(packet, 3, 22).hasPorts == false)
        #expect(changed(packet, 32, 0x40).fault == .transportLength)
        #expect(changed(packet, 32, 0x60).fault == .transportHeader)
        #expect(changed(packet, 6, 0x20).fragment == .first)
        let later = changed(packet, 7, 1)
        #expect(later.fragment == .later && !later.hasPorts && later.fault == nil)
        // Cut up by the card: the length is zero.
        #expect(changed(packet, 3, 0).fault == nil)
    }

    @Test("IPv6: extension headers, fragments, and chains without an end")
    func v6() {
        let addresses = [UInt8](repeating: 0, count: 15) + [1] + [UInt8](repeating: 0, count: 15) + [2]
        func packet(_ next: UInt8, _ rest: [UInt8]) -> [UInt8] {
            [0x60, 0, 0, 0, 0, UInt8(rest.count), next, 64] + addresses + rest
        }
        let udp: [UInt8] = [0, 53, 0, 54, 0, 9, 0, 0, 7]
        let plain = header(packet(17, udp))
        #expect(plain.tuple.destinationPort == 54 && plain.payload.count == 1 && plain.tuple.source.bits == 1)
        let options: [UInt8] = [60, 0, 0, 0, 0, 0, 0, 0]
        #expect(header(packet(0, options + [17, 0, 0, 0, 0, 0, 0, 0] + udp)).tuple.sourcePort == 53)
        #expect(header(packet(44, [17, 0, 0, 1, 0, 0, 0, 1] + udp)).fragment == .first)
        let later = header(packet(44, [17, 0, 0, 8, 0, 0, 0, 1] + udp))
        #expect(later.fragment == .later && later.tuple.transport == 17 && !later.hasPorts)
        #expect(header(packet(51, [17, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + udp)).tuple.sourcePort == 53)
        #expect(header(packet(0, [0, 255, 0, 0, 0, 0, 0, 0])).fault == .extensions)
        #expect(
            header(packet(0, Array(repeating: [0, 0, 0, 0, 0, 0, 0, 0] as [UInt8], count: 20).flatMap { $0 })).fault
                == .extensions)
        #expect(header(packet(59, [])).fault == nil)
        #expect(header(packet(58, [135, 0])).icmpType == 135)
        #expect(header(packet(17, [0, 53, 0, 54, 0, 3, 0, 0])).fault == .transportLength)
    }

    private func header(_ bytes: [UInt8]) -> PacketHeader {
        PacketHeader(ByteRange(start: 0, count: bytes.count), in: bytes.span.bytes)
    }

    private func changed(_ bytes: [UInt8], _ place: Int, _ byte: UInt8) -> PacketHeader {
        var other = bytes
        other[place] = byte
        return header(other)
    }
}

/// Bytes that are the same in each run (xorshift).
struct SeededBytes {
    var state: UInt64

    mutating func next() -> UInt8 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state >> 24)
    }
}
