import Compiler
import Nftables
import Policy
import Testing

@Suite struct CompilingDiagnosticsTests {
    /// `line code` of the errors.
    private func errors(_ yaml: String) throws -> [String] {
        try Gates.compile(yaml).diagnostics.filter { $0.severity == .error }.map { diagnostic in
            "\(diagnostic.span.map { "\($0.line)" } ?? "-") \(diagnostic.code)"
        }
    }

    @Test(
        "every key that is not enforced yet is refused where it stands, all in one pass, and nothing is rendered"
    )
    func notYetEnforced() throws {
        let yaml = """
            version: 1
            name: later
            owner: ops
            identities:
              peer: { wireguard: { interface: wg0, addresses: [10.8.0.5/32] } }
              east: { ipsec: { reqid: 7 } }
              desk: { link: { mac: "02:00:00:00:00:01", interface: eth1 } }
              alice: { session: { user: alice } }
              unit: { process: { cgroup: system.slice/backup.service } }
              team: { members: [alice, unit] }
              unused: { session: { user: bob } }
            defaults:
              mark-mask: 0x00ff0000
              undeclared: deny
            ports:
              - name: db
                port: 5432
                protocol: tcp
                reach: [host]
                mode: observe
                serves: postgresql
                grants: { to: [alice], longest: 2h, ticket: required }
                audit: required
                allow:
                  - name: r
                    cidrs: [any]
                    requests: [postgresql]
                    rate: 20/second per source
                    mode: observe
                  - name: s
                    identities: [peer, east, desk, team]
            """
        let result = try Gates.compile(yaml)
        #expect(result.table == nil && result.text.isEmpty)
        let found = result.diagnostics.filter { $0.code == "PG201" }.compactMap {
            $0.span.map { Int($0.line) }
        }
        #expect(found == [14], "\(result.diagnostics)")
        #expect(result.diagnostics.allSatisfy { $0.code == "PG201" }, "\(result.diagnostics)")
        // Without that line everything is enforced.
        let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
        let rest = lines.filter { !$0.contains("undeclared:") }.joined(separator: "\n")
        let enforced = try Gates.compile(rest)
        #expect(enforced.table != nil && enforced.diagnostics.isEmpty, "\(enforced.diagnostics)")
    }

    @Test("an account that the host does not have is an error, never a name in the rules")
    func unknownAccount() throws {
        let yaml = """
            version: 1
            name: accounts
            owner: ops
            identities:
              ghost: { process: { user: nobody-here, group: nor-here } }
            ports:
              - name: db
                port: 5432
                allow:
                  - name: r
                    identities: [ghost]
            """
        let result = try Gates.compile(yaml)
        #expect(result.table == nil)
        #expect(result.diagnostics.map(\.code) == ["PG202", "PG202"])
        #expect(result.diagnostics.allSatisfy { $0.span?.line == 5 })
    }

    @Test("sources that come to nobody are an error, never an absent restriction, even in a policy that no loader made")
    func matchesNobody() throws {
        let base = try Gates.policy(
            """
            version: 1
            name: nobody
            owner: ops
            identities:
              alice: { addresses: [10.0.0.1/32] }
              cron: { process: { user: 0 } }
            ports:
              - name: db
                port: 5432
                allow:
                  - name: r
                    cidrs: [10.0.0.0/8, loopback]
                    identities: [alice, cron]
            """)
        let other = AddressSet(v4: IntervalSet([Interval(0x0a01_0000, 0x0a01_ffff)]), v6: .empty)
        let names = base.identities.map(\.name)
        let cases: [(Restriction<AddressSet>, Restriction<[Name]>)] = [
            (.unrestricted, .unrestricted), (.only(.empty), .unrestricted), (.unrestricted, .only([])),
            (.only(.any), .only([])), (.only(other), .only([names[0]])), (.only(.any), .only([names[1]])),
            (.only(.empty), .only(names)),
        ]
        for (networks, identities) in cases {
            var policy = base
            policy.ports[0].rules[0].networks = networks
            policy.ports[0].rules[0].identities = identities
            let result = PolicyCompiler.compile(policy, options: CompileOptions(now: Gates.now))
            #expect(result.table == nil && result.diagnostics.map(\.code) == ["PG203"], "\(networks) \(identities)")
            #expect(result.diagnostics.first?.span?.line == 11)
        }
        #expect(PolicyCompiler.compile(base, options: CompileOptions(now: Gates.now)).table != nil)
    }

    @Test("windows that come to nothing are an error or never match, even in a policy that no loader made")
    func noWindows() throws {
        var policy = try Gates.policy(Gates.oneRule("cidrs: [any]"))
        policy.ports[0].rules[0].windows = .only([])
        let result = PolicyCompiler.compile(policy, options: CompileOptions(now: Gates.now))
        let evaluator = TableEvaluator(try #require(result.table))
        let packet = Packet(
            source: .v4(IPv4Address(bits: 0x0a00_0001)), transport: 6, port: 5432, second: Gates.now.seconds)
        #expect(try !evaluator.outcome(of: packet).isAccepted)
    }

    @Test("a window that never opens before the horizon is an error")
    func windowNeverOpens() throws {
        let monday = try CivilDate(parsing: "2026-11-23").daysSinceEpoch
        let dates = (0...60).compactMap { CivilDate(daysSinceEpoch: monday + $0 * 7)?.description }
        let yaml = """
            version: 1
            name: never
            owner: ops
            windows:
              mondays: { timezone: UTC, days: [mon], hours: ["08:00-09:00"], except: [\(dates.joined(separator: ", "))] }
            ports:
              - name: db
                port: 5432
                allow:
                  - name: r
                    cidrs: [any]
                    windows: [mondays]
            """
        #expect(try errors(yaml) == ["12 PG204"])
    }

    @Test("a rule that is over is noted, rendered so that it never matches, and blocks nothing")
    func expiredRule() throws {
        let result = try Gates.compile(
            Gates.oneRule("cidrs: [any]\n        expires: 2026-11-20"))
        #expect(result.diagnostics.map(\.code) == ["PG205"])
        #expect(result.diagnostics.first?.severity == .note)
        #expect(result.ports.first?.rules.first?.isOver == false)
        let evaluator = TableEvaluator(try #require(result.table))
        let packet = Packet(
            source: .v4(IPv4Address(bits: 0x0a00_0001)), transport: 6, port: 5432,
            second: Gates.now.seconds)
        #expect(try evaluator.outcome(of: packet).fate == .reset)
    }

    @Test("a rate of a rule that expires before its windows open asks no meter")
    func neverAndRate() throws {
        let result = try Gates.compile(
            """
            version: 1
            name: never
            owner: ops
            windows: { later: { timezone: UTC, days: [daily], hours: ["23:00-24:00"] } }
            ports:
              - name: db
                port: 5432
                protocol: tcp
                allow:
                  - name: r
                    cidrs: [10.0.0.0/8]
                    windows: [later]
                    expires: 2020-01-01
                    rate: 20/second per source
            """)
        #expect(result.table != nil, "\(result.diagnostics)")
        #expect(result.diagnostics.map(\.code) == ["PG205"], "\(result.diagnostics)")
    }

    @Test("PG206: keys that nothing acts on yet are said, where they stand, and block nothing")
    func notActedOn() throws {
        let result = try Gates.compile(
            Gates.oneRule("cidrs: [any]") + "\ndefaults: { retention: 30 days, undeclared: report }\n")
        #expect(result.diagnostics.map(\.code) == ["PG206"])
        #expect(result.diagnostics.allSatisfy { $0.severity == .warning && $0.span != nil })
        #expect(result.table != nil)
        #expect(try Gates.compile(Gates.oneRule("cidrs: [any]")).diagnostics.isEmpty)
    }

    @Test("every code of the compiler has its entry")
    func catalogue() {
        for code in ["PG201", "PG202", "PG203", "PG204", "PG205", "PG206", "PG249"] {
            #expect(DiagnosticCatalog.entry(for: code) != nil)
        }
    }
}
