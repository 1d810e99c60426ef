import Nftables
import Testing

/// What sets and maps become, as the kernel holds them.
@Suite("Assembling sets and maps")
struct AssemblySetTests {
    @Test("a set's elements are the ends of half-open intervals, with none behind the last value")
    func intervals() throws {
        func set(_ content: NamedSet.Content) throws -> LiveSet {
            try Table(name: "portgate", sets: [NamedSet(name: "pg_s", comment: "of what", content: content)])
                .assembled().sets[0]
        }
        let v4 = try set(.ipv4([Range32(0, 0), Range32(0x0a00_0000, 0x0aff_ffff), Range32(0xffff_ff00, .max)]))
        #expect(v4.comment == "of what" && v4.flags == .interval && v4.keyLength == 4)
        #expect(v4.elements.keys == [0, 0, 0, 0, 0, 0, 0, 1, 10, 0, 0, 0, 11, 0, 0, 0, 255, 255, 255, 0])
        #expect(v4.elements.flags == [0, 1, 0, 1, 0])
        let v6 = try set(.ipv6([Range128(1, 1), Range128(1 << 127, .max)]))
        #expect(v6.elements.count == 3 && v6.elements.flags == [0, 1, 0])
        #expect(v6.elements.key(at: 1).last == 2 && v6.elements.key(at: 2).first == 0x80)
        // Both seconds belong to a range of time, and of the last one nanosecond.
        let time = try set(.time([RangeTime(1, 2)]))
        #expect(time.elements.keys == [0, 0, 0, 0, 0x3b, 0x9a, 0xca, 0, 0, 0, 0, 0, 0x77, 0x35, 0x94, 1])
        let dynamic = try set(.dynamic(family: .v6, size: 9, timeoutSeconds: 60))
        #expect(dynamic.flags == [.dynamic, .timeout] && dynamic.keyLength == 16)
        #expect(dynamic.size == 9 && dynamic.timeoutMilliseconds == 60000 && dynamic.elements.count == 0)
        #expect(try set(.timed(family: .v4, ranges: true, size: 9)).flags == [.interval, .timeout])
        #expect(try set(.connections(sequence: true, size: 9, timeoutSeconds: 1)).keyLength == 12)
        #expect(try set(.cgroups).keyLength == 8)
        #expect(try set(.timedProtocols()).keyLength == 1)
        let refreshed = try set(.timedProtocols(refreshedForSeconds: 9))
        #expect(refreshed.flags == [.dynamic, .timeout] && refreshed.timeoutMilliseconds == 9000)
    }

    @Test("a map's keys fill registers, and have ends where it takes ranges")
    func maps() throws {
        let elements: [VerdictMap.Element] = [
            .init(transport: 6, first: 80, last: 80, verdict: .drop),
            .init(transport: 17, first: 1024, last: 1279, verdict: .accept),
        ]
        func map(_ elements: [VerdictMap.Element], takesRanges: Bool) throws -> LiveSet {
            let map = VerdictMap(name: "pg_m", elements: elements, takesRanges: takesRanges)
            return try Table(name: "portgate", maps: [map]).assembled().sets[0]
        }
        let ranges = try map(elements, takesRanges: true)
        #expect(ranges.isVerdictMap && ranges.flags == [.map, .interval, .concatenation])
        #expect(ranges.fieldLengths == [1, 2])
        #expect(ranges.elements.keys == [6, 0, 0, 0, 0, 80, 0, 0, 17, 0, 0, 0, 4, 0, 0, 0])
        #expect(ranges.elements.keyEnds == [6, 0, 0, 0, 0, 80, 0, 0, 17, 0, 0, 0, 4, 255, 0, 0])
        #expect(ranges.elements.details.mapValues(\.verdict) == [0: .drop, 1: .accept])
        let ports = try map([elements[0]], takesRanges: false)
        #expect(ports.isVerdictMap && ports.flags == .map && ports.fieldLengths == [])
        #expect(ports.elements.keys == [6, 0, 0, 0, 0, 80, 0, 0] && ports.elements.keyEnds == [])
    }
}
