import Policy
import Testing

@Suite("what is only observed")
struct StagingTests {
    private static let enforced = """
        version: 1
        name: g
        ports:
          - name: db
            port: 5432
            protocol: tcp
            allow:
              - { name: office, cidrs: [10.0.0.0/8] }
              - { name: lab, cidrs: [192.0.2.0/24], mode: observe }

        """
    private static let staged = """
        version: 1
        mode: observe
        ports:
          - name: db
            port: 5432
            protocol: tcp
            allow:
              - { name: office, cidrs: [10.1.0.0/16] }
          - name: web
            port: 8443
            allow:
              - { name: office, cidrs: [10.1.0.0/16] }
          - name: admin
            port: 9443
            mode: enforce
            allow:
              - { name: office, cidrs: [10.1.0.0/16] }

        """

    private static func policy() throws -> Policy {
        let result = LoaderFolder(["p/a.yaml": enforced, "p/b.yaml": staged]).load(["p"])
        return try #require(result.policy, "\(result.diagnostics)")
    }

    private static func attempt(_ source: String, _ port: UInt16) throws -> AccessAttempt {
        AccessAttempt(
            source: try IPAddress(parsing: source), port: port, transport: .tcp, time: Instant(seconds: 1_795_262_400))
    }

    @Test("a file's mode is that of its ports which state none; an observed declaration stands beside the enforced one")
    func loading() throws {
        let policy = try Self.policy()
        #expect(policy.ports.map(\.name.text) == ["db", "web", "admin"])
        #expect(policy.ports.map(\.mode) == [.enforce, .observe, .enforce])
        #expect(policy.ports.map(\.staged.count) == [1, 0, 0])
        #expect(policy.ports[0].staged[0].rules.count == 1)
        // The order of the files does not matter.
        let turned = LoaderFolder(["p/b.yaml": Self.enforced, "p/a.yaml": Self.staged]).load(["p"]).policy
        #expect(turned?.ports.map(\.mode) == [.enforce, .observe, .enforce])
        #expect(turned?.ports.first?.staged.count == 1)
    }

    @Test(
        "what is no pair of one port is an error",
        arguments: [
            "port: 1 }\n  - { name: ⟦PG040⟧a, port: 1 }",
            "port: 1, mode: observe }\n  - { name: ⟦PG040⟧a, port: 1, mode: observe }",
            "port: 1 }\n  - { name: a, port: ⟦PG049⟧2, mode: observe }",
            "port: 1 }\n  - { name: a, port: ⟦PG049⟧1, protocol: udp, mode: observe }",
            "port: 1 }\n  - { name: a, port: 1, mode: observe }\n  - { name: ⟦PG040⟧a, port: 1, mode: observe }",
        ])
    func pairs(marked: String) {
        let folder = LoaderFolder("version: 1\nname: g\nports:\n  - { name: a, \(marked)\n")
        #expect(folder.reported().filter { $0.hasSuffix("PG040") || $0.hasSuffix("PG049") } == folder.expected)
        #expect(folder.load().policy == nil)
    }

    @Test(
        "the gate's verdict counts what is enforced, the other one what is observed as well",
        arguments: [
            ("10.1.0.1", UInt16(5432), true, true), ("10.2.0.1", 5432, true, false), ("192.0.2.1", 5432, false, false),
            ("172.16.0.1", 5432, false, false), ("10.1.0.1", 8443, true, true), ("172.16.0.1", 8443, true, false),
        ] as [(String, UInt16, Bool, Bool)])
    func verdicts(source: String, port: UInt16, enforced: Bool, staged: Bool) throws {
        let outlook = try Self.policy().outlook(try Self.attempt(source, port))
        #expect(outlook.enforced.isAllowed == enforced)
        #expect(outlook.staged?.isAllowed == staged)
    }

    @Test("an observed rule lets nobody in until it is promoted; what is enforced has one verdict")
    func rules() throws {
        let policy = try #require(LoaderFolder(Self.enforced).load().policy)
        let outlook = policy.outlook(try Self.attempt("192.0.2.1", 5432))
        #expect(outlook.enforced.isAllowed == false)
        #expect(outlook.staged?.isAllowed == true)
        #expect(try Self.policy().outlook(try Self.attempt("10.1.0.1", 9443)).staged == nil)
    }

    @Test("promoted, nothing is observed any more, and the digest says that it is not what the files say")
    func promoting() throws {
        let policy = try Self.policy()
        let all = policy.promoting()
        #expect(all.ports.allSatisfy { !all.isStaged($0) })
        #expect(all.ports[0].rules.count == 1)
        #expect(all.digest != policy.digest)
        let one = policy.promoting([policy.ports[1].name])
        #expect(one.ports.map { one.isStaged($0) } == [true, false, false])
        #expect(policy.promoting([policy.ports[2].name]) == policy)
        for source in ["10.1.0.1", "10.2.0.1", "192.0.2.1"] {
            for port: UInt16 in [5432, 8443] {
                let attempt = try Self.attempt(source, port)
                #expect(all.outlook(attempt).enforced.isAllowed == policy.outlook(attempt).staged?.isAllowed)
            }
        }
    }
}
