extension Recorder {
    /// Takes a datagram of an NFLOG group.
    ///
    /// - Parameters:
    ///   - isCut: whether more came than there was room for.
    ///   - now: when it was received.
    public mutating func take(nflog datagram: RawSpan, isCut: Bool = false, at now: RecorderClock) {
        clock = now
        var decoder = NflogDecoder(byteCount: datagram.byteCount)
        while let item = decoder.next(in: datagram) {
            switch item {
            case .packet(let packet): take(packet, in: datagram)
            case .overrun: lost(reason: "overrun")
            case .malformed: malformed("nflog")
            case .other: continue
            }
        }
        if isCut { lost(reason: "cut") }
    }

    private mutating func take(_ packet: NflogPacket, in datagram: RawSpan) {
        totals.packets &+= 1
        let watch = watch(packet.group)
        if let watch, let number = packet.sequence, let gap = groups[watch].sequence.take(number) {
            lost(gap, group: packet.group)
        }
        let prefix = prefixes.number(of: packet.prefix, in: datagram, ports: context.ports)
        prefixes.note(prefix)
        let said = prefixes[prefix]
        if said.action == .heartbeat {
            if let watch { groups[watch].heartbeat = clock.boottime }
            return
        }
        let header = PacketHeader(packet.payload, in: datagram)
        let (place, isAnswer) = orientation(header, said)
        if said.action == .data {
            if let place, read(header, in: datagram, of: place, isAnswer: isAnswer) == .complete,
                handshakes?.isUntold(connection: place) == true
            {
                writeHandshake(of: place, .handshake)
            }
            return
        }

        var record = AccessRecord()
        record.action = said.action
        record.time = time(packet)
        record.tuple = isAnswer ? header.tuple.reversed : header.tuple
        record.hasPorts = header.hasPorts
        record.prefix = prefix
        record.hasDetail = true
        record.fault = header.fault
        record.user = isAnswer ? nil : packet.user
        (record.direction, record.interface) = Self.way(packet, isAnswer: isAnswer)
        record.identity = identity(record, packet, said)
        switch said.action {
        case .allow, .grant: allow(&record, header, in: datagram)
        case .deny, .wouldDeny: deny(&record, header, in: datagram, place, isAnswer: isAnswer)
        case .revoke: revoke(&record, place)
        default: write(record)
        }
    }

    /// When a packet came, if that is believable; else when it was received. It may have waited long in a full buffer.
    private func time(_ packet: NflogPacket) -> Int64 {
        guard let time = packet.time, time <= clock.realtime + 1_000_000_000, time > clock.realtime - 3_600_000_000_000
        else { return clock.realtime }
        return time
    }

    /// Tells whether a packet is an answer, and which connection it belongs to: by the connections that are followed, else by
    /// the port that the rule judges.
    private func orientation(_ header: PacketHeader, _ said: RulePrefix) -> (place: Int?, isAnswer: Bool) {
        guard header.hasPorts else { return (nil, false) }
        if let place = connections.find(header.tuple) { return (place, false) }
        // SYN without ACK opens a connection.
        if header.tuple.transport == 6, header.tcpFlags & 0x12 == 2 { return (nil, false) }
        if let place = connections.find(header.tuple.reversed) { return (place, true) }
        guard said.portPlace >= 0 else { return (nil, false) }
        let port = Int(said.portPlace)
        let (to, from) = (header.tuple.destinationPort, header.tuple.sourcePort)
        let transport = header.tuple.transport
        return (
            nil,
            context.ports.place(of: to, transport: transport) != port
                && context.ports.place(of: from, transport: transport) == port
        )
    }

    /// The direction of the connection that a packet belongs to, and the interface by which it was opened.
    private static func way(_ packet: NflogPacket, isAnswer: Bool) -> (Direction, UInt32) {
        let (inside, outside) = (packet.inInterface, packet.outInterface)
        let interface = isAnswer ? (outside != 0 ? outside : inside) : (inside != 0 ? inside : outside)
        // The loopback interface is always number 1 (LOOPBACK_IFINDEX).
        if inside == 1 || outside == 1 { return (.local, interface) }
        switch packet.hook {
        case 2: return (.forwarded, interface)
        case 3, 4: return (isAnswer ? .inbound : .outbound, interface)
        // What answers from outside answers to another: it is behind a translated port.
        default: return (isAnswer ? .forwarded : .inbound, interface)
        }
    }

    private mutating func identity(_ record: AccessRecord, _ packet: NflogPacket, _ said: RulePrefix) -> UInt32 {
        var facts = IdentityFacts()
        facts.source = record.tuple.source
        facts.interface = interfaces.name(of: record.interface)
        facts.user = record.user
        facts.userGroup = record.user == nil ? nil : packet.userGroup
        facts.hardwareAddress = packet.hardwareAddress
        facts.port = said.portPlace
        facts.rule = said.ruleNumber
        facts.isGrant = said.action == .grant
        facts.time = record.time
        guard let subject = context.identities.resolve(facts) else { return 0 }
        return subjectNumbers[subject]
    }

    // MARK: - What becomes of it

    private mutating func allow(_ record: inout AccessRecord, _ header: PacketHeader, in datagram: RawSpan) {
        var place: Int?
        if header.hasPorts {
            // Conntrack may have told of it already: its events come at once, packets are gathered. What it told of long
            // before a SYN was another connection between the same ends.
            let opens = header.tuple.transport == 6 && header.tcpFlags & 0x12 == 2
            let recently = record.time - 5_000_000_000
            place =
                connections.find(record.tuple) { !$0.marks.contains(.allowed) && (!opens || $0.start > recently) }
                ?? insert(record.tuple)
        }
        if let place {
            connections.entries[place].start = record.time
            connections.entries[place].prefix = record.prefix ?? 0
            connections.entries[place].identity = record.identity
            connections.entries[place].interface = record.interface
            connections.entries[place].direction = record.direction ?? .inbound
            connections.entries[place].marks.insert(.allowed)
            connections.entries[place].marks.remove(.inherited)
            if header.tuple.transport == 6, header.tcpFlags & 2 == 0, header.payload.count == 0 {
                connections.entries[place].marks.insert(.midstream)
            }
            if let user = record.user {
                connections.entries[place].user = user
                connections.entries[place].marks.insert(.hasUser)
            }
            connections.touch(place)
            if hasFacts(header, in: datagram, of: place, isAnswer: false) { record.handshake = place }
        }
        write(record)
        if !held.isEmpty { releaseHeld(record.tuple) }
    }

    private mutating func deny(
        _ record: inout AccessRecord, _ header: PacketHeader, in datagram: RawSpan, _ place: Int?, isAnswer: Bool
    ) {
        if let place, record.action == .deny {
            connections.entries[place].marks.insert(.denied)
            if connections.entries[place].prefix == 0 { connections.entries[place].prefix = record.prefix ?? 0 }
            if hasFacts(header, in: datagram, of: place, isAnswer: isAnswer) { record.handshake = place }
        }
        writeWithinBudget(record, key: record.prefix ?? 0)
    }

    /// Writes a record of what anybody can cause, or counts it when its source has caused too many.
    mutating func writeWithinBudget(_ record: AccessRecord, key: UInt32) {
        switch denials.take(record, prefix: key, at: clock.boottime) {
        case .record: write(record)
        case .counted: totals.suppressed &+= 1
        case .recordBeside(let entry):
            write(entry.summary)
            write(record)
        }
    }

    private mutating func revoke(_ record: inout AccessRecord, _ place: Int?) {
        if let place {
            connections.entries[place].marks.insert(.revoked)
            let connection = connections[place]
            if connection.start > 0 {
                record.start = connection.start
                record.duration = record.time - connection.start
            }
            record.direction = connection.marks.contains(.allowed) ? connection.direction : record.direction
            if record.identity == 0 { record.identity = connection.identity }
        }
        write(record)
    }

    // MARK: - Handshakes

    /// How long what a handshake tells waits for the rest of it, in nanoseconds.
    private static let patience: Int64 = 2_000_000_000

    /// Whether there are facts to be recorded with the packet.
    private mutating func hasFacts(
        _ header: PacketHeader, in datagram: RawSpan, of place: Int, isAnswer: Bool
    ) -> Bool {
        let progress = read(header, in: datagram, of: place, isAnswer: isAnswer)
        return progress == .facts || progress == .complete
    }

    /// Hands the payload to whoever reads handshakes. A failure is a record of its own.
    private mutating func read(
        _ header: PacketHeader, in datagram: RawSpan, of place: Int, isAnswer: Bool
    ) -> HandshakeProgress {
        guard let handshakes, header.payload.count > 0 else { return .nothing }
        let segment = HandshakeSegment(
            connection: place, port: prefixes[connections.entries[place].prefix].portPlace,
            transport: header.tuple.transport,
            isFromClient: !isAnswer, sequence: header.tcpSequence, time: clock.boottime)
        let payload = datagram.extracting(header.payload.start..<header.payload.end)
        let progress = handshakes.take(segment, payload: payload)
        switch progress {
        case .more, .nothing, .facts, .complete: break
        case .failed: writeHandshake(of: place, .tlsHandshakeFailed)
        case .unexpected: writeHandshake(of: place, .unexpectedData)
        }
        return progress
    }

    /// Tells what is known of handshakes whose rest does not come.
    mutating func tellOverdueHandshakes() {
        guard let handshakes else { return }
        while let place = handshakes.overdue(before: clock.boottime &- Self.patience) {
            writeHandshake(of: place, .handshake)
        }
    }

    /// Tells what is known of a connection's handshake before the connection is forgotten.
    mutating func tellHandshake(of place: Int) {
        if handshakes?.isUntold(connection: place) == true { writeHandshake(of: place, .handshake) }
    }

    private mutating func writeHandshake(of place: Int, _ action: RecordAction) {
        var record = record(of: place, action)
        record.time = clock.realtime
        record.handshake = place
        write(record)
    }

    /// The place of a group in what is known of groups; nil when there are too many.
    private mutating func watch(_ group: UInt16) -> Int? {
        for place in groups.indices where groups[place].group == group { return place }
        guard groups.count < GroupWatch.most else { return nil }
        groups.append(GroupWatch(group))
        return groups.count - 1
    }
}
