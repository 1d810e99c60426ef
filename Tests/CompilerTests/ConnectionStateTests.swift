import Compiler
import Nftables
import Policy
import Testing

/// What the gate comes to know of a connection, step by step, while its first payload is to be judged and after.
@Suite struct ConnectionStateTests {
    private static let marks = GateMarks(mask: 0xff00_0000)
    private static let client = IPAddress.v4(IPv4Address(bits: 0x0a00_0001))
    private static let stranger = IPAddress.v4(IPv4Address(bits: 0x0b00_0001))
    private var marks: GateMarks { Self.marks }

    private func table(_ rule: String = "", _ settings: String = "", epoch: UInt8 = 1) throws -> Table {
        let policy = try Gates.policy(
            Gates.oneRule(
                "cidrs: [10.0.0.0/8]\n        requests: [http]\(rule)",
                port: "port: 5432\n    protocol: tcp\(settings)"))
        return try #require(
            PolicyCompiler.compile(policy, options: CompileOptions(now: Gates.now, epoch: epoch)).table)
    }

    private func walk(
        _ table: Table, from source: IPAddress = Self.client, after seconds: Int64 = 0
    ) -> ConnectionWalk {
        ConnectionWalk(table, from: source, at: Gates.now.seconds + seconds)
    }

    @Test("a right first segment is recorded once, and counts when the server has acknowledged it")
    func right() throws {
        var walk = walk(try table())
        for outcome in try walk.open() { #expect(outcome.isAccepted) }
        #expect(walk.mark == marks.pending && walk.logs.isEmpty)
        // The server's own ACKs and what it says of itself prove nothing.
        #expect(try walk.server().isAccepted)
        #expect(walk.mark == marks.pending)
        let request = "GET / HTTP/1.1\r\n"
        #expect(try walk.client(saying: request).isAccepted)
        #expect(walk.mark == marks.pending && walk.logs == ["pg1 allow db/r "])
        // Sent again, it is judged again and not recorded again.
        #expect(try walk.client(saying: request).isAccepted)
        // An ACK that does not go beyond the first byte's place tells nothing of what was judged.
        #expect(try walk.server(acknowledging: ConnectionWalk.first).isAccepted)
        #expect(walk.mark == marks.pending)
        #expect(try walk.server(acknowledging: ConnectionWalk.first + 16).isAccepted)
        #expect(walk.mark == marks.live)
        #expect(try walk.client(at: ConnectionWalk.first + 16, saying: "anything").isAccepted)
        #expect(try walk.server(saying: "anything").isAccepted)
        #expect(walk.logs == ["pg1 allow db/r "])
    }

    @Test("a wrong first segment becomes a reset for the server, and whoever goes on is reset")
    func wrong() throws {
        for wrong in ["SSH-2.0-x\r\n", "G", "get / HTTP/1.1\r\n", "\u{16}\u{03}\u{01}"] {
            var walk = walk(try table())
            for outcome in try walk.open() { #expect(outcome.isAccepted) }
            let outcome = try walk.client(saying: wrong)
            #expect(outcome.fate == .cut && outcome.counters == ["pg_u_db"], "\(wrong)")
            // "GET " is four bytes: less cannot be told from it.
            let reason = wrong.utf8.count < 4 ? "short" : "request"
            #expect(walk.logs == ["pg1 deny db \(reason) "] && walk.mark == marks.dead, "\(wrong)")
            #expect(try walk.server(saying: "data").fate == .reset)
            #expect(try walk.client(saying: "GET / HTTP/1.1\r\n").fate == .reset)
            #expect(walk.logs.count == 1)
            // Opened anew between the same ends, it is judged as a new one.
            #expect(try walk.client(.opening, at: ConnectionWalk.first - 1).isAccepted)
        }
    }

    @Test("no payload reaches the server before the first segment, in the SYN, behind it, or in its place too late")
    func early() throws {
        var walk = walk(try table())
        let inSYN = try walk.client(.opening, at: ConnectionWalk.first - 1, saying: "GET / HTTP/1.1\r\n")
        #expect(inSYN.fate == .dropped && inSYN.counters == ["pg_f_db"])
        for outcome in try walk.open() { #expect(outcome.isAccepted) }
        for place in [ConnectionWalk.first - 1, ConnectionWalk.first + 1, ConnectionWalk.first + 1_000] {
            let outcome = try walk.client(at: place, saying: "GET / HTTP/1.1\r\n")
            #expect(outcome.fate == .dropped && outcome.counters == ["pg_f_db"])
        }
        #expect(walk.mark == marks.pending && walk.logs.isEmpty)
        // After a right one the next still waits for the server's acknowledgement.
        #expect(try walk.client(saying: "GET / HTTP/1.1\r\n").isAccepted)
        #expect(try walk.client(at: ConnectionWalk.first + 16, saying: "more").fate == .dropped)
        // The place of the first byte is forgotten in time: then nothing can be judged any more.
        walk.places = []
        walk.known.remove("pg_opened")
        #expect(try walk.client(saying: "GET / HTTP/1.1\r\n").fate == .cut)
    }

    @Test("an acknowledgement without a right first segment verifies nothing")
    func unjudged() throws {
        var walk = walk(try table())
        for outcome in try walk.open() { #expect(outcome.isAccepted) }
        for place in [ConnectionWalk.first, ConnectionWalk.first + 1, ConnectionWalk.first + 1_000] {
            #expect(try walk.server(acknowledging: place, saying: "banner").isAccepted)
            #expect(walk.mark == marks.pending)
        }
    }

    @Test("a stranger's connection is refused at the SYN, and the server's answer to one is cut")
    func refused() throws {
        var walk = walk(try table(), from: Self.stranger)
        #expect(try walk.client(.opening, at: ConnectionWalk.first - 1).fate == .reset)
        let answer = try walk.server(.openingAnswer)
        #expect(answer.fate == .cut && walk.mark == marks.dead && walk.places.isEmpty)
        #expect(walk.logs == ["pg1 deny db ", "pg1 revoke db "])
    }

    @Test("under another epoch a connection that was judged once stays so while its source is allowed")
    func epochs() throws {
        let live = marks.noted(5, epoch: 1)
        var walk = walk(try table(epoch: 2))
        walk.mark = live
        #expect(try walk.client(at: 5_000, saying: "anything").isAccepted)
        #expect(walk.mark == marks.noted(5, epoch: 2))
        // The server may be the first to speak: its packet passes, and leaves the rest to the client's.
        walk.mark = live
        #expect(try walk.server(saying: "anything").isAccepted)
        #expect(walk.mark == live)
        var other = self.walk(try table(epoch: 2), from: Self.stranger)
        other.mark = live
        #expect(try other.server(saying: "anything").fate == .cut)
        #expect(other.logs == ["pg1 revoke db "])
        #expect(try other.client(at: 5_000, saying: "anything").fate == .reset)
        #expect(other.logs == ["pg1 revoke db "])
    }

    @Test("what a rule allows for a time is judged at every packet, and cut when the time is over")
    func timed() throws {
        let table = try table("\n        expires: \"2026-11-21T12:00:10Z\"")
        var walk = walk(table)
        for outcome in try walk.open() { #expect(outcome.isAccepted) }
        #expect(try walk.client(saying: "GET / HTTP/1.1\r\n").isAccepted)
        #expect(try walk.server(acknowledging: ConnectionWalk.first + 16).isAccepted)
        #expect(walk.mark == marks.admitted)
        #expect(try walk.client(at: ConnectionWalk.first + 16, saying: "more").isAccepted)
        #expect(walk.mark == marks.admitted)
        var other = walk
        walk.second += 10
        #expect(try walk.client(at: ConnectionWalk.first + 20, saying: "more").fate == .cut)
        other.second += 10
        #expect(try other.server(saying: "push").fate == .cut)
        for ended in [walk, other] {
            #expect(ended.mark == marks.dead && ended.logs == ["pg1 allow db/r ", "pg1 revoke db "])
        }
    }

    @Test("a server that must speak first is judged by what it says, before and beside the client")
    func served() throws {
        let table = try table("", "\n    serves: ssh")
        for (said, isRight) in [("SSH-2.0-x\r\n", true), ("220 mail\r\n", false)] {
            var walk = walk(table)
            for outcome in try walk.open() { #expect(outcome.isAccepted) }
            let outcome = try walk.server(saying: said)
            #expect(outcome.isAccepted == isRight && (isRight || outcome.fate == .cut), "\(said)")
            guard isRight else {
                #expect(walk.logs == ["pg1 deny db serves "])
                continue
            }
            #expect(walk.mark == marks.noted(2))
            #expect(try walk.client(saying: "GET / HTTP/1.1\r\n").isAccepted)
            #expect(try walk.server(acknowledging: ConnectionWalk.first + 16).isAccepted)
            #expect(walk.mark == marks.live)
        }
        // The other way round: the client's is right first.
        for (said, isRight) in [("SSH-2.0-x\r\n", true), ("220 mail\r\n", false)] {
            var walk = walk(table)
            for outcome in try walk.open() { #expect(outcome.isAccepted) }
            #expect(try walk.client(saying: "GET / HTTP/1.1\r\n").isAccepted)
            #expect(try walk.server(acknowledging: ConnectionWalk.first + 16).isAccepted)
            #expect(walk.mark == marks.unserved)
            #expect(try walk.server(acknowledging: ConnectionWalk.first + 16, saying: said).isAccepted == isRight)
            #expect(walk.mark == (isRight ? marks.admitted : marks.dead))
        }
    }

    @Test("with its tables full a port refuses what it cannot remember, and says so")
    func full() throws {
        var walk = walk(try table())
        #expect(try walk.client(.opening, at: ConnectionWalk.first - 1).isAccepted)
        let answer = try walk.server(.openingAnswer, setsAreFull: true)
        #expect(answer.fate == .dropped && answer.counters == ["pg_u_db"])
        #expect(walk.logs == ["pg1 deny db full "] && walk.mark == 0)
        walk.logs = []
        for outcome in try walk.open() { #expect(outcome.isAccepted) }
        #expect(try walk.client(saying: "GET / HTTP/1.1\r\n", setsAreFull: true).fate == .dropped)
        #expect(walk.logs.last == "pg1 deny db full " && walk.mark == marks.pending)
    }

    @Test("a source over its rule's rate is refused new connections and keeps those it has")
    func rate() throws {
        let table = try table("\n        rate: 2/second per source")
        var walk = walk(table)
        for outcome in try walk.open() { #expect(outcome.isAccepted) }
        #expect(try walk.client(saying: "GET / HTTP/1.1\r\n", isOverRate: true).isAccepted)
        var second = self.walk(table)
        let outcome = try second.client(.opening, at: ConnectionWalk.first - 1, isOverRate: true)
        #expect(outcome.fate == .reset)
        #expect(outcome.counters.first == "pg_w_db/r" && outcome.counters.last == "pg_d_db")
    }

    @Test("an observed port cuts, drops and refuses nothing, and tells what it would")
    func observed() throws {
        let table = try table("", "\n    mode: observe")
        var walk = walk(table, from: Self.stranger)
        #expect(try walk.client(.opening, at: ConnectionWalk.first - 1).isAccepted)
        #expect(walk.logs == ["pg1 would-deny db "])
        #expect(try walk.server(.openingAnswer).isAccepted)
        #expect(try walk.client(saying: "anything").isAccepted)
        #expect(walk.logs == ["pg1 would-deny db "])
        var wrong = self.walk(table)
        for outcome in try wrong.open() { #expect(outcome.isAccepted) }
        #expect(try wrong.client(saying: "SSH-2.0-x\r\n").isAccepted)
        #expect(wrong.logs == ["pg1 would-deny db request "])
    }
}
