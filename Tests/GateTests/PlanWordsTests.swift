import Compiler
import Gate
import Nftables
import Policy
import Testing

/// What a plan says of all that is more than sources and times. Nothing of it may ever read as no change.
@Suite("Plan of identities, request types and staged policies")
struct PlanWordsTests {
    private static func span() -> SourceSpan { SourceSpan(file: 0, line: 1, column: 1) }

    private static func table(_ port: Port, _ change: (inout Policy) -> Void = { _ in }, epoch: UInt8 = 1) -> Table {
        var policy = GateSample.policy([port])
        let wireguard = IdentityProof.wireguard(interface: "wg0", addresses: GateSample.addresses(["10.8.0.5/32"]))
        let proofs: [(String, IdentityProof)] = [
            ("alice", .session(user: "alice")), ("bob", .session(user: "bob")), ("peer", wireguard),
            ("tunnel", .ipsec(IPsecProof(reqid: 7, spi: nil))),
            ("desk", .link(LinkProof(mac: 0x0200_0000_0001, interface: "eth7"))),
            ("job", .process(ProcessProof(user: nil, group: nil, cgroup: "system.slice/job.service", span: span()))),
        ]
        policy.identities = proofs.map { Identity(name: GateSample.name($0), span: span(), proof: $1) }
        policy.signatures = [
            Signature(
                name: GateSample.name("proxy"), span: span(),
                parts: [Signature.Part(offset: 0, mask: nil, bytes: Array("PROXY ".utf8))])
        ]
        change(&policy)
        let result = PolicyCompiler.compile(policy, options: CompileOptions(now: GateSample.now, epoch: epoch))
        guard let table = result.table else { preconditionFailure("\(result.diagnostics)") }
        return table
    }

    private static func plan(_ old: Port, _ new: Port, _ change: (inout Policy) -> Void = { _ in }) -> Plan {
        let live = table(old)
        return Planner(now: GateSample.now).plan(declared: table(new, change), live: live, recorded: live)
    }

    private static func port(_ change: (inout Port, inout AccessRule) -> Void = { _, _ in }) -> Port {
        var rule = GateSample.rule("r", ["10.0.0.0/8"])
        var port = GateSample.port("db", 5432)
        change(&port, &rule)
        port.rules = [rule]
        return port
    }

    @Test(
        "what a rule asks of the first payload is told by the names of the types",
        arguments: [
            ([RequestType.tls], "tls"), ([.tls12, .ssh], "ssh, tls1.2+"),
            ([.http(method: nil, pathPrefix: nil)], "http"),
            ([.http(method: "get", pathPrefix: "/v1")], "http.get:/v1"),
            ([.http(method: nil, pathPrefix: "/v1")], "http:/v1"), ([.postgresql], "postgresql"),
            ([.postgresqlTLS], "postgresql.tls"), ([.redis(commands: [])], "redis"), ([.dns], "dns"),
            ([.signature(GateSample.name("proxy"))], "\"PROXY \""),
        ])
    func requests(types: [RequestType], words: String) {
        let plan = Self.plan(Self.port(), Self.port { $1.requests = .only(types) })
        #expect(plan.changes.flatMap(\.details) == [.said(label: "requests", from: "any", to: words)])
        #expect(plan.changesAccess && !plan.isNothing)
    }

    @Test("types of the same words are told apart by a digest of their comparisons")
    func sameWords() {
        let port = Self.port { $1.requests = .only([.redis(commands: ["get"])]) }
        let other = Self.port { $1.requests = .only([.redis(commands: ["set"])]) }
        let details = Self.plan(port, other).changes.flatMap(\.details)
        guard case .said("requests", let was, let becomes)? = details.first, details.count == 1 else {
            Issue.record("\(details)")
            return
        }
        #expect(was != becomes && !was.isEmpty)
    }

    @Test("who is told by more than an address is told with it")
    func identities() {
        func identities(_ names: String...) -> Port {
            Self.port {
                $1.networks = .unrestricted
                $1.identities = .only(names.map(GateSample.name))
            }
        }
        let rows: [(Port, Port, String, String, String)] = [
            (identities("alice"), identities("bob"), "identities", "session alice", "session bob"),
            (
                identities("alice"), identities("peer"), "identities", "session alice",
                "over wg0 from 10.8.0.5 (1 address)"
            ),
            (
                identities("tunnel"), identities("desk"), "identities", "ipsec reqid 7",
                "link 02:00:00:00:00:01 over eth7"
            ),
            (
                identities("alice"), identities("alice", "job"), "this host itself", "refused",
                "this host's cgroup job"
            ),
        ]
        for (old, new, label, from, to) in rows {
            let plan = Self.plan(old, new)
            #expect(plan.changes.flatMap(\.details) == [.said(label: label, from: from, to: to)], "\(plan.text)")
        }
        // Networks that bound an identity's addresses.
        let within = Self.port { $1.identities = .only([GateSample.name("alice")]) }
        let details = Self.plan(identities("alice"), within).changes.flatMap(\.details)
        #expect(
            details == [
                .said(
                    label: "identities", from: "session alice",
                    to: "session alice from 10.0.0.0/8 (16777216 addresses)")
            ])
    }

    @Test("what else a port or a rule says is told when it changes")
    func everythingElse() {
        let grants = GrantSettings(
            to: [GateSample.name("alice")], longestSeconds: 60, ticketRequired: false, span: Self.span())
        let rows: [(Port, Plan.Detail)] = [
            (
                Self.port { $1.rate = Rate(count: 20, per: .second) },
                .said(label: "rate", from: "no limit", to: "20/second per source")
            ),
            (Self.port { $1.mode = .observe }, .said(label: "mode", from: "enforce", to: "observe")),
            (Self.port { port, _ in port.mode = .observe }, .said(label: "mode", from: "enforce", to: "observe")),
            (
                Self.port { port, _ in port.serves = .ssh },
                .said(label: "server's first bytes", from: "any", to: "ssh")
            ),
            (Self.port { port, _ in port.grants = grants }, .said(label: "grants", from: "none", to: "possible")),
            (
                Self.port { port, _ in port.reach = [.host] },
                .said(
                    label: "judged for", from: "sockets of this host, forwarded ports", to: "sockets of this host")
            ),
        ]
        for (port, detail) in rows {
            let plan = Self.plan(Self.port(), port)
            #expect(plan.changes.flatMap(\.details) == [detail], "\(plan.text)")
            let back = Self.plan(port, Self.port())
            #expect(back.changes.flatMap(\.details).count == 1 && back.changesAccess, "\(back.text)")
        }
        let check = Self.plan(Self.port(), Self.port()) { $0.defaults.sourceCheck = .none }
        #expect(
            check.changes.flatMap(\.details) == [.said(label: "source check", from: "strict", to: "none")],
            "\(check.text)")
        let group = Self.plan(Self.port(), Self.port()) { $0.defaults.logGroup = 78 }
        #expect(group.changes.flatMap(\.details) == [.said(label: "log group", from: "77", to: "78")], "\(group.text)")
    }

    @Test("other bits of the mark change nobody's access, and are told")
    func marks() {
        let plan = Self.plan(Self.port { port, _ in port.serves = .ssh }, Self.port { port, _ in port.serves = .ssh }) {
            $0.defaults.markMask = 0x00ff_0000
        }
        #expect(plan.changes.isEmpty && !plan.isNothing)
        #expect(
            plan.renewals == [
                "connections are judged again, and marked in the bits 0xff0000 (live: 0xff000000)"
            ])
    }

    @Test("another epoch alone is nothing to do")
    func epochs() {
        let live = Self.table(Self.port(), epoch: 7)
        let plan = Planner(now: GateSample.now).plan(declared: Self.table(Self.port()), live: live, recorded: live)
        #expect(plan.isNothing && !plan.changesAccess && plan.renewals.isEmpty)
        let changed = Planner(now: GateSample.now).plan(
            declared: Self.table(Self.port { $1.rate = Rate(count: 1, per: .hour) }), live: live, recorded: live)
        #expect(changed.changes.count == 1 && !changed.isNothing)
    }

    @Test("what has no word is told all the same, by its chains")
    func withoutWords() throws {
        let live = Self.table(Self.port())
        for name in ["pg_p_db", "pg_b_db", "pg_j_db", "pg_d_db", "pg_a_db/r"] {
            var declared = live
            let index = try #require(declared.chains.firstIndex { $0.name == name })
            declared.chains[index].rules.insert(Rule([.transport(17), .verdict(.return)]), at: 0)
            let plan = Planner(now: GateSample.now).plan(declared: declared, live: live, recorded: live)
            #expect(plan.changes.flatMap(\.details) == [.note("what it does changes in \(name)")])
            #expect(plan.changesAccess)
        }
    }

    @Test("what is added is told with all that it asks for")
    func added() {
        let port = Self.port {
            $0.serves = .ssh
            $1.requests = .only([.ssh])
            $1.rate = Rate(count: 5, per: .minute)
        }
        let plan = Planner(now: GateSample.now).plan(declared: Self.table(port), live: nil, recorded: nil)
        #expect(
            plan.text == """
                + port db: tcp 5432: refused by reject, of refused traffic 10/second per source is logged
                    its server must speak first: ssh
                    + rule db/r: allows IPv4 10.0.0.0/8 (16777216 addresses), requests: ssh, at most 5/minute per source

                2 to add, 0 to change, 0 to remove

                """)
    }
}
