import Compiler
import Drift
import Gate
import Nftables
import Policy
import Testing

/// The proof that stands between compiling and loading.
@Suite("the proof of a rendering")
struct RenderingProofTests {
    private static let policy = GateSample.policy([
        GateSample.port("web", 8443, rules: [GateSample.rule("office", ["198.51.100.0/24"])]),
        GateSample.port("db", 5432, rules: [GateSample.rule("apps", ["10.1.0.0/16"])]),
    ])

    private static func findings(_ table: Table) -> [Diagnostic] {
        RenderingProof(table, policy: policy, options: CompileOptions(now: GateSample.now)).findings()
    }

    @Test("what the compiler renders is proved")
    func proved() { #expect(Self.findings(GateSample.table(Self.policy)) == []) }

    @Test("PG253: a rendering of a wider network is shown by a packet that only it lets in")
    func wider() throws {
        let other = GateSample.policy([
            GateSample.port("web", 8443, rules: [GateSample.rule("office", ["198.51.100.0/23"])]),
            GateSample.port("db", 5432, rules: [GateSample.rule("apps", ["10.1.0.0/16"])]),
        ])
        let found = Self.findings(GateSample.table(other))
        #expect(!found.isEmpty && found.allSatisfy { $0.code == "PG253" && $0.port == "web" && $0.severity == .error })
        #expect(try #require(found.first).message.contains("it lets in 198.51.101."), "\(found.map(\.message))")
    }

    @Test("PG253: a rendering that leaves a port away keeps nobody out, and one without a rule keeps its people out")
    func missing() {
        let open = GateSample.policy([
            GateSample.port("web", 8443, rules: [GateSample.rule("office", ["198.51.100.0/24"])])
        ])
        #expect(
            Self.findings(GateSample.table(open)).contains { $0.port == "db" && $0.message.contains("it lets in ") })
        let closed = GateSample.policy([
            GateSample.port("web", 8443),
            GateSample.port("db", 5432, rules: [GateSample.rule("apps", ["10.1.0.0/16"])]),
        ])
        #expect(
            Self.findings(GateSample.table(closed)).contains {
                $0.port == "web" && $0.message.contains("it keeps out ")
            })
    }

    @Test("PG253: every base chain without its rules is found")
    func emptied() {
        let table = GateSample.table(Self.policy)
        for index in table.chains.indices where table.chains[index].name == "pg_gate" {
            var broken = table
            broken.chains[index].rules = []
            #expect(Self.findings(broken).contains { $0.code == "PG253" })
        }
    }

    @Test("PG254: a table of which nobody knows what nft makes of it is undecided, never proved")
    func undecided() throws {
        var quota = GateSample.table(Self.policy)
        quota.foreign.append(ForeignObject(kind: "quota", name: "q", text: "quota q { 25 mbytes }"))
        var torn = GateSample.table(Self.policy)
        let gate = try #require(torn.chains.firstIndex { $0.name == "pg_gate" })
        torn.chains[gate].rules.append(Rule([.verdict(.jump("pg_gone"))]))
        for (table, words) in [(quota, "holds what portgate does not render"), (torn, "refers to 'pg_gone'")] {
            let found = Self.findings(table)
            #expect(found.map(\.code) == ["PG254"] && found.first?.severity == .error)
            #expect(found.first?.message.contains(words) == true, "\(found.map(\.message))")
        }
    }

    @Test("whether a generation was proved is recorded")
    func recorded() throws {
        for isProved in [true, false, nil] {
            let change = try GateChange(
                table: nil, origin: .noGate, policyName: "-", policyDigest: "-", paths: [], sources: [], horizon: nil,
                clockOffset: 0, isProved: isProved)
            #expect(change.isProved == isProved)
        }
    }
}
