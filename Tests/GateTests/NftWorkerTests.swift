import Gate
import Nftables
import TestSupport
import Testing

/// The worker at work in network namespaces of its own.
@Suite("NftWorker")
struct NftWorkerTests {
    private func load(_ text: String, then look: [UInt8] = []) throws -> (answer: NftWorker.Answer, listing: String) {
        try ScratchNetworkNamespace.run {
            let worker = NftWorker()
            let answer = worker.load(Array(text.utf8))
            return (answer, String(decoding: try worker.listText(), as: UTF8.self))
        }
    }

    @Test("a table is loaded, and listed with numbers and without values that change by themselves")
    func loads() throws {
        let text = """
            table inet portgate {
            \tcounter pg_a_db/x {
            \t}

            \tchain pg_gate {
            \t\ttype filter hook prerouting priority -150; policy accept;
            \t\tmeta nfproto 10 meta l4proto 6 counter name "pg_a_db/x" accept comment "db/x"
            \t}
            }

            """
        let (answer, listing) = try load(text)
        #expect(answer == .ok)
        #expect(listing == text)
    }

    @Test("where there is no table the listing is empty")
    func noTable() throws {
        #expect(try ScratchNetworkNamespace.run { try NftWorker().listText() }.isEmpty)
    }

    @Test("a check changes nothing")
    func check() throws {
        let result = try ScratchNetworkNamespace.run {
            let answer = NftWorker().check(Array("table inet portgate {\n}\n".utf8))
            return (answer, try NftWorker().listText())
        }
        #expect(result.0 == .ok)
        #expect(result.1.isEmpty)
    }

    @Test("a worker that is not there is told")
    func missing() {
        #expect(NftWorker(path: "/nonexistent/portgate-nft").load([]) == .missing(path: "/nonexistent/portgate-nft"))
    }
}
