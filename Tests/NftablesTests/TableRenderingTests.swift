import Nftables
import Testing

@Suite("Rendering a table")
struct TableRenderingTests {
    @Test("the bounds of names, comments, prefixes and numbers are errors, never text")
    func bounds() {
        func error(_ statements: [Statement], comment: String? = nil) -> TableError? {
            let chain = Chain(name: "pg_x", rules: [Rule(statements, comment: comment)])
            do throws(TableError) {
                _ = try Table(name: "portgate", chains: [chain]).rendered()
                return nil
            } catch { return error }
        }
        func log(_ prefix: String) -> Statement { .log(prefix: prefix, group: 1, snaplen: nil, queueThreshold: nil) }
        let bad = TableError.badStatement(chain: "pg_x", rule: 0)
        #expect(error([log(String(repeating: "x", count: 126))]) == nil)
        #expect(error([log(String(repeating: "x", count: 127))]) == bad)
        #expect(error([log("a\" accept")]) == bad)
        #expect(error([log("")]) == bad)
        #expect(error([.socketUser([])]) == bad)
        #expect(error([.socketUser([2, 1])]) == bad)
        #expect(error([.connectionState([])]) == bad)
        #expect(error([.timeBefore(9_223_372_037)]) == bad)
        #expect(error([.inputInterface("eth0*", negated: false)]) == bad)
        #expect(error([.verdict(.accept)], comment: String(repeating: "x", count: 128)) == nil)
        #expect(error([.verdict(.accept)], comment: String(repeating: "x", count: 129)) == .badComment(on: "pg_x"))
        #expect(error([.verdict(.accept), .verdict(.drop)]) == .badOrder(chain: "pg_x", rule: 0))
        #expect(error([.verdict(.jump("pg_y"))]) == .danglingReference(from: "pg_x", to: "pg_y"))
        #expect(error([.unknown("x")]) == .foreign(in: "pg_x"))
    }
}
