/// What a record tells of a connection, member by member as in docs/records.md.
struct ConnectionFacts {
    let verdict: String?
    let user: String?
    let proof: String?
    let strength: String?
    let source: AddressText?
    let sourcePort: Int64?
    let destination: AddressText?
    let destinationPort: Int64?
    let transport: TransportName?
    /// The protocol as the record writes it.
    let protocolText: String?
    let port: String?
    let rule: String?
    let reason: String?
    let interface: String?
    let direction: String?
    let uid: Int64?
    let bytesIn: Int64?
    let packetsIn: Int64?
    let bytesOut: Int64?
    let packetsOut: Int64?
    let start: Moment?
    let nanoseconds: Int64?
    let state: String?
    let suppressed: Int64?
    let first: Moment?
    let last: Moment?
    let policy: String?
    let epoch: Int64?
    let sequence: Int64?
    let tls: TLSHandshake?
    let http: HTTPRequest?

    /// Nothing.
    static var none: ConnectionFacts { ConnectionFacts() }

    /// Takes the members of a record.
    init(taking members: inout MemberReader) throws(ExportFailure) {
        verdict = try members.text("verdict")
        user = try members.text("user")
        if let value = members.value("identity") {
            guard var identity = MemberReader(value, of: "identity") else { throw .member("identity") }
            // The name is that of the user.
            _ = try identity.text("name")
            proof = try identity.text("proof")
            strength = try identity.text("strength")
        } else {
            (proof, strength) = (nil, nil)
        }
        source = try members.text("src_ip", as: { AddressText($0) })
        sourcePort = try members.number("src_port", in: 0...65_535)
        destination = try members.text("dest_ip", as: { AddressText($0) })
        destinationPort = try members.number("dest_port", in: 0...65_535)
        protocolText = try members.text("protocol")
        transport = protocolText.flatMap { TransportName($0) }
        if protocolText != nil, transport == nil { throw .member("protocol") }
        port = try members.text("port")
        rule = try members.text("rule")
        reason = try members.text("reason")
        interface = try members.text("interface")
        direction = try members.text("direction")
        uid = try members.number("uid")
        bytesIn = try members.number("bytes_in")
        packetsIn = try members.number("packets_in")
        bytesOut = try members.number("bytes_out")
        packetsOut = try members.number("packets_out")
        start = try members.text("start", as: { Moment($0) })
        nanoseconds = try members.nanoseconds("duration")
        state = try members.text("conn_state")
        suppressed = try members.number("suppressed")
        first = try members.text("first", as: { Moment($0) })
        last = try members.text("last", as: { Moment($0) })
        policy = try members.text("policy")
        epoch = try members.number("epoch")
        sequence = try members.number("seq")
        tls = try TLSHandshake(taking: &members)
        http = try HTTPRequest(taking: &members)
    }

    private init() {
        (verdict, user, proof, strength, source, sourcePort) = (nil, nil, nil, nil, nil, nil)
        (destination, destinationPort, transport, protocolText) = (nil, nil, nil, nil)
        (port, rule, reason, interface, direction, uid) = (nil, nil, nil, nil, nil, nil)
        (bytesIn, packetsIn, bytesOut, packetsOut, start, nanoseconds) = (nil, nil, nil, nil, nil, nil)
        (state, suppressed, first, last, policy, epoch, sequence) = (nil, nil, nil, nil, nil, nil, nil)
        (tls, http) = (nil, nil)
    }

    /// The bytes of both directions, when both are known and their sum fits.
    var bytes: Int64? { Self.sum(bytesIn, bytesOut) }
    /// The packets of both directions.
    var packets: Int64? { Self.sum(packetsIn, packetsOut) }

    private static func sum(_ one: Int64?, _ other: Int64?) -> Int64? {
        guard let one, let other else { return nil }
        let (sum, overflows) = one.addingReportingOverflow(other)
        return overflows ? nil : sum
    }
}
