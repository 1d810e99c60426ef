import Compiler
import Nftables
import Policy
import Testing

/// Connections of this host to itself: by address, by process, and what a process leaves behind.
@Suite struct OwnHostTests {
    private static let yaml = """
        version: 1
        name: own
        owner: ops
        identities:
          migrator: { process: { user: 1003 } }
          pair: { process: { user: 2000, group: 3000 } }
          group: { process: { group: 4000 } }
          east: { addresses: [127.0.0.9/32, 10.0.0.1/32] }
          all: { members: [migrator, pair, group, east] }
        ports:
          - name: db
            port: 5432
            protocol: tcp
            allow:
              - { name: any, identities: [all] }
          - name: both
            port: 5433
            protocol: tcp
            allow:
              - { name: r, cidrs: [127.0.0.0/30], identities: [migrator] }

        """

    private func outcome(
        _ port: UInt16, _ source: UInt32, user: UInt32?, group: UInt32?, state: Nftables.ConnectionState = .new
    ) throws -> TableEvaluator.Outcome {
        var packet = Packet(
            source: .v4(IPv4Address(bits: source)), transport: 6, port: port, second: Gates.now.seconds)
        packet.hook = .output
        packet.outInterface = "lo"
        packet.inInterface = ""
        (packet.user, packet.group, packet.state) = (user, group, state)
        return try TableEvaluator(try Gates.table(Self.yaml)).outcome(of: packet)
    }

    @Test(
        "a process is let in by all that its identity states, from any own address",
        arguments: [
            (1003, 9, true), (1003, 3000, true), (2000, 3000, true), (2000, 9, false), (9, 3000, false),
            (9, 4000, true),
            (2000, 4000, true), (9, 9, false),
        ] as [(UInt32, UInt32, Bool)])
    func processes(user: UInt32, group: UInt32, allowed: Bool) throws {
        #expect(try outcome(5432, 0x7f00_0001, user: user, group: group).isAccepted == allowed)
        #expect(try outcome(5432, 0x0a00_0063, user: user, group: group).isAccepted == allowed)
    }

    @Test("networks and processes of one rule must both hold")
    func bothDimensions() throws {
        #expect(try outcome(5433, 0x7f00_0001, user: 1003, group: 1).isAccepted)
        #expect(try !outcome(5433, 0x7f00_0004, user: 1003, group: 1).isAccepted)
        #expect(try !outcome(5433, 0x0a00_0063, user: 1003, group: 1).isAccepted)
        #expect(try !outcome(5433, 0x7f00_0001, user: 1, group: 1).isAccepted)
    }

    @Test("an address identity counts for own connections with that loopback source, whatever the process")
    func addressIdentity() throws {
        #expect(try outcome(5432, 0x7f00_0009, user: 9, group: 9).isAccepted)
        #expect(try !outcome(5432, 0x0a00_0001, user: 9, group: 9).isAccepted)
    }

    @Test("what has no owner any more may end an established connection, and begin nothing")
    func leftovers() throws {
        let end = try outcome(5432, 0x7f00_0001, user: nil, group: nil, state: .established)
        #expect(end == TableEvaluator.Outcome(fate: .accepted, counters: ["pg_o_db"]))
        for state in [Nftables.ConnectionState.new, .related, .invalid, .untracked] {
            #expect(try !outcome(5432, 0x7f00_0001, user: nil, group: nil, state: state).isAccepted, "\(state)")
        }
        // The rule's other restrictions hold for it, and a stranger with an owner gains nothing by an old connection.
        #expect(try !outcome(5433, 0x7f00_0004, user: nil, group: nil, state: .established).isAccepted)
        #expect(try !outcome(5432, 0x7f00_0001, user: 9, group: 9, state: .established).isAccepted)
    }

    @Test("what the compiler says of a rule is what it rendered")
    func description() throws {
        let result = try Gates.compile(Self.yaml)
        let rule = try #require(result.ports.first?.rules.first)
        #expect(rule.v4.addresses == 1 && rule.v4.intervals == 1 && rule.v4.set != nil)
        #expect(rule.v6.addresses == 0 && rule.v6.set == nil)
        #expect(rule.own.contains { $0.anyAddress == true && $0.users == [1003] && $0.groups == nil })
        #expect(rule.own.contains { $0.anyAddress == true && $0.users == [2000] && $0.groups == [3000] })
        #expect(rule.own.contains { $0.anyAddress == false && $0.users == nil && $0.groups == nil })
        #expect(rule.chain == "pg_a_db/any" && !rule.isOver && rule.openings == nil)
        let everyone = try Gates.compile(Gates.oneRule("cidrs: [any]"))
        #expect(everyone.ports.first?.rules.first?.v6.addresses == UInt128.max)
    }
}
