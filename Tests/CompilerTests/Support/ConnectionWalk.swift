import Nftables
import Policy

/// A TCP connection to a gated port as both hooks of the gate see it: what its mark is, and what the kernel's sets know of it.
struct ConnectionWalk {
    /// Where the client's first byte stands.
    static let first: UInt32 = 1_000

    var evaluator: TableEvaluator
    var source: IPAddress
    var second: Int64
    var port: UInt16 = 5432
    /// The connection's mark.
    var mark: UInt32 = 0
    /// Sequence numbers that `pg_first` knows for it, and the other sets that know it.
    var places: Set<UInt32> = []
    var known: Set<String> = []
    var isConfirmed = false
    /// Outcomes so far.
    var logs: [String] = []

    init(_ table: Table, from source: IPAddress, at second: Int64) {
        evaluator = TableEvaluator(table)
        self.source = source
        self.second = second
    }

    /// Sends a segment of the client.
    mutating func client(
        _ flags: TCPFlags? = nil, at sequence: UInt32 = first, saying payload: String? = nil, isOverRate: Bool = false,
        setsAreFull: Bool = false
    ) throws -> TableEvaluator.Outcome {
        var packet = Packet(source: source, transport: 6, port: port, second: second)
        packet.state = flags == .opening ? .new : .established
        packet.flags = flags
        packet.payload = payload.map { Array($0.utf8) }
        packet.isOverRate = isOverRate
        packet.metersAreFull = setsAreFull
        return try pass(packet, place: sequence)
    }

    /// Sends a segment of the server's socket.
    mutating func server(
        _ flags: TCPFlags? = nil, acknowledging: UInt32 = first, saying payload: String? = nil,
        setsAreFull: Bool = false
    ) throws -> TableEvaluator.Outcome {
        var packet = Packet(
            source: .v4(IPv4Address(bits: 0x0a63_0001)), transport: 6, port: 40_000, second: second)
        packet.hook = .output
        packet.inInterface = ""
        packet.outInterface = "eth0"
        packet.destinationType = nil
        packet.destination = source
        packet.sourcePort = port
        packet.direction = .reply
        packet.state = .established
        packet.flags = flags
        packet.payload = payload.map { Array($0.utf8) }
        packet.metersAreFull = setsAreFull
        return try pass(packet, place: acknowledging)
    }

    /// Opens the connection as far as the client's last ACK of the handshake.
    mutating func open() throws -> [TableEvaluator.Outcome] {
        [try client(.opening, at: Self.first - 1), try server(.openingAnswer), try client()]
    }

    private mutating func pass(_ packet: Packet, place: UInt32) throws -> TableEvaluator.Outcome {
        var packet = packet
        packet.mark = mark
        packet.isConfirmed = isConfirmed
        packet.known = known
        if places.contains(place) { packet.known.insert("pg_first") }
        let outcome = try evaluator.outcome(of: packet)
        mark = outcome.mark
        logs += outcome.logs
        for set in outcome.remembered {
            if set == "pg_first" { places.insert(place) } else { known.insert(set) }
        }
        if outcome.isAccepted { isConfirmed = true }
        return outcome
    }
}
