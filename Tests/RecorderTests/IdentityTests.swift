import Policy
import TestSupport
import Testing

@testable import Recorder

@Suite("who opened a connection")
struct IdentityTests {
    private static let yaml = """
        version: 1
        name: who
        identities:
          office: { addresses: [10.0.0.0/8, "fd00::/8"] }
          desk: { addresses: [10.1.1.7/32] }
          worker: { process: { user: 500 } }
          tunnel: { wireguard: { interface: wg0, addresses: [10.1.0.0/16] } }
          alice: { session: { user: alice } }
          both: { members: [desk, tunnel] }
        ports:
          - name: open
            port: 1000
            allow:
              - { name: any, cidrs: [any] }
              - { name: only-both, identities: [both] }
              - { name: only-tunnel, identities: [tunnel] }
          - name: shut
            port: 1001
            grants: { to: [alice], longest: 1h }
        """

    private func resolver(sessions: [SessionInterval] = [], grants: [GrantInterval] = []) throws -> IdentityResolver {
        IdentityResolver(policy: try LoadedPolicy.of(Self.yaml), sessions: sessions, grants: grants)
    }

    private func name(_ text: String) throws -> Name { try #require(Name(text)) }

    /// Whoever it is, as `name by proof`.
    private func who(
        _ resolver: IdentityResolver, _ source: String, interface: String = "", rule: Int32 = -1, user: UInt32? = nil,
        port: Int32 = 0, isGrant: Bool = false, time: Int64 = 100
    ) throws -> String {
        var facts = IdentityFacts()
        facts.source = FlowAddress(try IPAddress(parsing: source))
        facts.interface = IdentityResolver.packed(interface)
        (facts.rule, facts.user, facts.port, facts.isGrant, facts.time) = (rule, user, port, isGrant, time)
        guard let place = resolver.resolve(facts) else { return "nobody" }
        return "\(resolver.subjects[place].name) by \(resolver.subjects[place].proof.name)"
    }

    @Test("the strongest proof wins, then whoever has the fewest addresses")
    func order() throws {
        let resolver = try resolver()
        #expect(try who(resolver, "10.200.0.1") == "office by address")
        #expect(try who(resolver, "10.1.1.7") == "desk by address")
        #expect(try who(resolver, "10.1.1.7", interface: "wg0") == "tunnel by wireguard")
        #expect(try who(resolver, "fd12::1") == "office by address")
        #expect(try who(resolver, "10.200.0.1", user: 500) == "worker by process")
        #expect(try who(resolver, "192.0.2.1") == "nobody")
        #expect(try who(resolver, "fc00::1") == "nobody")
    }

    @Test("those count whom the rule names; one that is named alone has been seen by the kernel")
    func named() throws {
        let resolver = try resolver()
        #expect(try who(resolver, "10.200.0.1", rule: 1) == "nobody")
        #expect(try who(resolver, "10.1.1.7", rule: 1) == "desk by address")
        #expect(try who(resolver, "10.1.1.8", interface: "wg0", rule: 1) == "tunnel by wireguard")
        #expect(try who(resolver, "192.0.2.1", rule: 2) == "tunnel by wireguard")
        #expect(try who(resolver, "10.200.0.1", rule: 0) == "office by address")
        #expect(try who(resolver, "10.200.0.1", rule: 99) == "office by address")
    }

    @Test("sessions and grants count at the record's time")
    func times() throws {
        let alice = try name("alice")
        let home = try IPAddress(parsing: "10.1.1.7")
        let resolver = try resolver(
            sessions: [
                SessionInterval(identity: alice, source: home, start: 10, end: 50),
                SessionInterval(identity: alice, source: home, start: 20, end: 30),
                SessionInterval(identity: alice, source: home, start: 90, end: nil),
            ],
            grants: [
                GrantInterval(
                    identity: alice, port: try name("shut"), source: try CIDR(parsing: "192.0.2.0/24"), start: 10,
                    end: 20)
            ])
        for (time, expected) in [
            (9, "desk by address"), (10, "alice by session"), (40, "alice by session"),
            (50, "desk by address"), (89, "desk by address"), (90, "alice by session"),
            (Int64.max - 1, "alice by session"),
        ]
            as [(Int64, String)]
        {
            #expect(try who(resolver, "10.1.1.7", time: time) == expected, "\(time)")
        }
        #expect(try who(resolver, "192.0.2.9", port: 1, isGrant: true, time: 10) == "alice by grant")
        #expect(try who(resolver, "192.0.2.9", port: 1, isGrant: true, time: 20) == "nobody")
        #expect(try who(resolver, "192.0.3.9", port: 1, isGrant: true, time: 10) == "nobody")
        #expect(try who(resolver, "192.0.2.9", port: 0, isGrant: true, time: 10) == "nobody")
    }

    @Test("owners of addresses are found as by looking at every range", arguments: [UInt64(1), 2, 3, 4])
    func differential(seed: UInt64) {
        var numbers = SeededBytes(state: seed)
        var parts: [(range: FlowRange, owner: UInt32)] = []
        for _ in 0..<30 {
            let (one, other) = (UInt32(numbers.next()), UInt32(numbers.next()))
            parts.append((FlowRange(v4: min(one, other), max(one, other)), UInt32(numbers.next() % 6)))
        }
        parts.append((FlowRange(v6: .max - 3, .max), 7))
        let owners = AddressOwners(parts)
        for number in 0...256 as ClosedRange<UInt32> {
            let address = number == 256 ? FlowAddress(bits: .max) : FlowAddress(v4: number)
            var found: Set<UInt32> = []
            owners.forEach(at: address) { found.insert($0) }
            #expect(found == Set(parts.filter { $0.range.contains(address) }.map(\.owner)))
        }
    }

    @Test("a record says who, by whichever proof, and under which policy")
    func record() throws {
        let policy = try LoadedPolicy.of(Self.yaml.replacing("10.1.1.7/32", with: "10.0.0.1/32"))
        var recorder = Recorder.sample(context: RecordContext(policy: policy, epoch: 3))
        recorder.take(nflog: LineTests.packet(prefix: "pg1 allow open/any ").span.bytes, at: .sample)
        let line = try #require(try recorder.takeLines().first)
        #expect(line["user"] == "desk")
        #expect(line.text.contains("\"identity\":{\"name\":\"desk\",\"proof\":\"address\",\"strength\":\"weak\"}"))
        #expect(line["policy"] == policy.digest)
        #expect(line.number("epoch") == 3)
        #expect(try RecordSchema().faults(of: line.members) == [])
    }
}
