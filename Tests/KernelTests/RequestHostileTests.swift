import TestSupport
import Testing

/// A client of hand-made segments against the strict form of request types. What the server's application read is the truth.
@Suite("request types against hand-made segments", .serialized)
struct RequestHostileTests {
    @Test("C12: nothing but what was judged reaches the server's application")
    func c12() throws {
        let lab = try RequestLab()
        // A server of Multipath TCP takes plain TCP as well.
        let reader = try lab.read("--multipath")
        try lab.apply("http.get")
        let attempts = try lab.attempt([])
        #expect(attempts.count(where: { $0.name.hasPrefix("evil_") }) >= 40)
        let connections = try reader.connections()
        for attempt in attempts {
            let reads = connections.filter { $0.port == attempt.port }.map(\.text)
            for text in reads {
                #expect(text.isEmpty || text.hasPrefix("GET "), "\(attempt): the server read \(text)")
            }
            guard attempt.name.hasPrefix("case_") else { continue }
            #expect(reads.contains { $0.hasPrefix("GET / HTTP/1.0\r\n") }, "\(attempt)")
        }
    }

    @Test("the attempts are real: without request types the server reads what they send")
    func attemptsAreReal() throws {
        let lab = try RequestLab()
        let reader = try lab.read("--multipath")
        try lab.apply(nil)
        let names = [
            "evil_plain", "evil_byte_by_byte", "evil_out_of_order", "evil_left_overlap", "evil_old_timestamp",
            "evil_old_ack", "evil_bad_checksum", "evil_md5_option", "evil_urgent", "evil_fragments",
            "evil_fin_with_data", "evil_multipath", "evil_different_retransmission",
        ]
        let attempts = try lab.attempt(names)
        #expect(attempts.map(\.name) == names)
        // An application under load reads late; the answer to each line comes after what has been read by then.
        for attempt in attempts {
            var reads: [String] = []
            for _ in 0..<2_000 where !reads.contains(where: { !$0.isEmpty && !$0.hasPrefix("GET ") }) {
                reads = try reader.connections().filter { $0.port == attempt.port }.map(\.text)
            }
            #expect(reads.contains { !$0.isEmpty && !$0.hasPrefix("GET ") }, "\(attempt): \(reads)")
        }
    }
}
