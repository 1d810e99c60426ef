import Policy
import Testing

@Suite("Loading a policy")
struct LoaderTests {
    static let example = """
        version: 1
        name: payments
        owner: payments-platform
        networks:
          office:   [10.20.0.0/16, "fd00:20::/48"]
          scanners: { file: networks/scanners.netset }
        identities:
          billing-api:  { addresses: [10.30.1.0/28] }
          migrator:     { process: { user: migrator } }
          laptop-alice: { wireguard: { interface: wg0, addresses: [10.8.0.5] } }
          dc-east:      { ipsec: { reqid: 7 } }
          alice:        { session: { user: alice } }
          dba-team:     { members: [alice, laptop-alice] }
        windows:
          business: { timezone: UTC, days: [mon-fri], hours: ["08:00-18:00"], except: [2026-12-25, 2026-12-26] }
          nightly:  { timezone: UTC, days: [daily], hours: ["22:00-02:00"] }
        ports:
          - name: orders-db
            port: 5432
            protocol: tcp
            description: PostgreSQL primary for orders
            owner: team-orders
            criticality: high
            allow:
              - name: billing
                cidrs: [office, 10.30.0.0/16]
                identities: [billing-api]
                windows: [business]
                requests: [postgresql]
                expires: 2027-03-31
                reason: ORD-1234
                rate: 20/second per source
            otherwise: reject
            log: { allowed: connections, denied: 10/second per source }
            reach: [host, forwarded]
            mode: enforce
            serves: postgresql
            grants: { to: [dba-team], longest: 2h, ticket: required }
            audit: required
        signatures:
          legacy-rpc: [{ offset: 0, bytes: "52 50 43 31" }, { offset: 6, mask: "f0", bytes: "10" }]
        defaults: { log-group: 77, mark-mask: 0xff000000, retention: 90 days, undeclared: report }
        tests:
          - { name: office hours,  port: orders-db, from: 10.30.1.4, at: "2026-11-23T10:00+01:00", request: postgresql, expect: allow, by: billing }
          - { name: not on sunday, port: orders-db, from: 10.30.1.4, at: "2026-11-22T10:00+01:00", request: postgresql, expect: deny }

        """

    @Test("the whole language loads into the model")
    func wholeLanguage() throws {
        let folder = LoaderFolder(["policy.yaml": Self.example, "networks/scanners.netset": "192.0.2.0/24 # lab\n"])
        let result = folder.load()
        #expect(result.diagnostics.map { "\($0.code) \($0.message)" } == [])
        let policy = try #require(result.policy)
        #expect(policy.name == "payments")
        #expect(policy.networks.map(\.name.text) == ["office", "scanners"])
        #expect(policy.networks[1].addresses.v4.contains(0xc000_0205))
        #expect(policy.ports[0].rules[0].expires == Instant(seconds: 1_806_537_600))
        #expect(policy.ports[0].rules[0].networkNames == ["office"])
        #expect(policy.ports[0].grants?.longestSeconds == 7_200)
        #expect(policy.signatures[0].parts[1] == Signature.Part(offset: 6, mask: [0xf0], bytes: [0x10]))
        #expect(policy.tests[0].by?.text == "billing")
        #expect(policy.digest.count == 64)
    }

    @Test("groups nested as deep as a file has room for do not exhaust the stack")
    func nestedGroups() {
        let depth = 20_000
        var text = "version: 1\nname: g\nidentities:\n  i\(depth): { process: { user: 0 } }\n"
        for level in 0..<depth { text += "  i\(level): { members: [i\(level + 1)] }\n" }
        text += """
            ports:
              - name: db
                port: 5432
                allow: [{ name: r, cidrs: [loopback], identities: [i0] }]
            """
        #expect(LoaderFolder(text).load().policy != nil)
    }
}
