import Policy
import TestSupport
import Testing

@testable import Recorder

/// What a gate with ports, identities, sessions and grants hears all day, as datagrams of its groups and of conntrack.
struct SteadyTraffic {
    private static let yaml = """
        version: 1
        name: steady
        identities:
          office: { addresses: [10.0.0.0/8, "fd00::/8"] }
          desk: { addresses: [10.0.1.2/32] }
          worker: { process: { user: 5 } }
          tunnel: { wireguard: { interface: wg0, addresses: [10.0.0.0/16] } }
          alice: { session: { user: alice } }
          both: { members: [desk, office] }
        ports:
          - name: db
            port: 8443
            allow:
              - { name: app, cidrs: [any] }
              - { name: one, identities: [desk] }
              - { name: some, identities: [both] }
            grants: { to: [alice], longest: 1h }
          - { name: other, port: 9000-9100, allow: [{ name: all, cidrs: [any] }] }
        """

    let policy: Policy
    let context: RecordContext
    /// Connections that begin, before their first packet is handed over: conntrack tells at once.
    private(set) var beginnings: [[UInt8]] = []
    /// What rules log: by every kind of prefix that the gate has, and by one that it has not.
    private(set) var logged: [[UInt8]] = []
    /// The same connections as they go on, as they are asked for all together, and as they end.
    private(set) var changes: [[UInt8]] = []
    private(set) var dump: [[UInt8]] = []
    private(set) var ends: [[UInt8]] = []
    /// A connection whose handshake is read from its first byte to its last.
    let handshake: [[UInt8]]
    /// What it says when nothing more is wanted of it.
    let chatter: [[UInt8]]
    private static let reader: UInt32 = 0x0a09_0909

    init() throws {
        policy = try LoadedPolicy.of(Self.yaml)
        let alice = try #require(Name("alice"))
        let db = try #require(Name("db"))
        let home = try IPAddress(parsing: "10.0.1.3")
        context = RecordContext(
            policy: policy, epoch: 3,
            sessions: [SessionInterval(identity: alice, source: home, start: 0, end: nil)],
            grants: [
                GrantInterval(
                    identity: alice, port: db, source: try CIDR(parsing: "10.0.1.0/24"), start: 0,
                    end: nil)
            ])
        let events = ConnectionRecordTests()
        let rules = ["allow db/app", "allow db/one", "allow db/some", "grant db", "would-allow db/app"]
        for number in 0..<20 as Range<UInt32> {
            let source = 0x0a00_0100 + number
            beginnings.append(events.event(state: 1, identifier: number, source: source))
            logged.append(
                LineTests.packet(
                    prefix: "pg1 \(rules[Int(number) % rules.count]) ", source: source, user: number % 2 == 0 ? 5 : nil)
            )
            changes.append(events.event(state: 3, identifier: number, source: source))
            dump.append(events.event(state: 3, identifier: number, source: source))
            ends.append(events.event(destroy: true, state: 7, identifier: number, source: source))
        }
        for prefix in [
            "pg1 deny db ", "pg1 deny db request ", "pg1 deny other ", "pg1 would-deny db ", "pg1 revoke db ",
            "pg1 heartbeat ", "somebody else's",
        ] {
            logged.append(LineTests.packet(prefix: prefix, source: 0x0a00_0200, second: 1_795_329_260))
        }
        // Sources enough to push each other out of the table of those that are counted, and one that is loud.
        for source in 0..<60 as Range<UInt32> {
            logged.append(LineTests.packet(prefix: "pg1 deny db ", source: source, user: 5))
            logged.append(LineTests.packet(prefix: "pg1 deny db ", source: 0xc000_0201))
        }
        dump.append(events.event(state: 3, identifier: 999, source: Self.reader))
        // NLMSG_DONE.
        dump.append(ConfigurationMessage(type: 3, flags: 2, sequence: 0).bytes)
        handshake = [
            LineTests.packet(prefix: "pg1 allow db/app ", source: Self.reader),
            Self.segment("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", isAnswer: false),
            Self.segment("HTTP/1.1 204 No Content\r\n\r\n", isAnswer: true),
        ]
        chatter = [Self.segment("more of it", isAnswer: false), Self.segment("and more", isAnswer: true)]
    }

    /// The beginning of the connection whose handshake is read.
    static var beginning: [UInt8] { ConnectionRecordTests().event(state: 3, identifier: 999, source: reader) }

    /// The end of the connection whose handshake was read.
    static var end: [UInt8] {
        ConnectionRecordTests().event(destroy: true, state: 7, identifier: 999, source: reader)
    }

    /// A copy of a segment with payload, as the gate's rules hand it to the reader of handshakes.
    private static func segment(_ text: String, isAnswer: Bool) -> [UInt8] {
        let length = 40 + text.utf8.count
        let (client, server): ([UInt8], [UInt8]) = ([10, 9, 9, 9], [10, 0, 0, 2])
        let ports: [UInt8] = isAnswer ? [0x20, 0xfb, 0x9c, 0x41] : [0x9c, 0x41, 0x20, 0xfb]
        var bytes: [UInt8] = [0x45, 0, UInt8(length >> 8), UInt8(length & 255), 0, 0, 0, 0, 64, 6, 0, 0]
        bytes += isAnswer ? server + client : client + server
        bytes += ports + [0, 0, 0, 10, 0, 0, 0, 1, 0x50, 0x18, 0, 0, 0, 0, 0, 0]
        return LineTests.packet(prefix: "pg1 data db ", payload: bytes + Array(text.utf8))
    }
}
