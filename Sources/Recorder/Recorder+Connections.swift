extension Recorder {
    /// Takes a datagram of conntrack's events.
    ///
    /// - Parameters:
    ///   - isCut: whether more came than there was room for.
    ///   - now: when it was received.
    public mutating func take(conntrack datagram: RawSpan, isCut: Bool = false, at now: RecorderClock) {
        clock = now
        var decoder = ConntrackDecoder(byteCount: datagram.byteCount)
        while let item = decoder.next(in: datagram) {
            switch item {
            case .event(let event): take(event)
            case .overrun: lost(reason: "overrun")
            case .malformed: malformed("conntrack")
            case .done, .other: continue
            }
        }
        if isCut { lost(reason: "cut") }
    }

    /// Takes a connection that was open before the recorder began; those without the gate's bits are passed over.
    public mutating func inherit(_ event: ConntrackEvent) {
        guard event.mark & gateBits != 0, find(event) == nil, let place = insert(event.original) else { return }
        connections[place].marks.insert(.inherited)
        connections[place].start = event.start ?? 0
        connections[place].zone = event.zone
        note(event, at: place)
    }

    private mutating func take(_ event: ConntrackEvent) {
        totals.events &+= 1
        let place = find(event)
        if event.kind == .destroy { return end(event, place) }
        if let place {
            note(event, at: place)
            connections.touch(place)
            return
        }
        // It is told of before the packet is that was let in. One that is over already will not be let in.
        guard event.mark & gateBits != 0, event.tcpState.map({ $0 < 7 }) ?? true else { return }
        guard let place = insert(event.original) else { return }
        connections[place].start = event.start ?? clock.realtime
        connections[place].zone = event.zone
        note(event, at: place)
    }

    /// The bits of the mark that are the gate's: the highest eight of the mask.
    private var gateBits: UInt32 {
        let mask = context.markMask
        guard mask != 0 else { return 0 }
        let highest = 32 - mask.leadingZeroBitCount
        return highest <= 8 ? mask : mask & ~(UInt32(1) << UInt32(highest - 8) - 1)
    }

    /// Finds the connection of an event: by the kernel's number for it, else the one that began first.
    private func find(_ event: ConntrackEvent) -> Int? {
        if let place = find(event, event.original) { return place }
        // Behind the translation of its destination it was let in under another one.
        guard
            event.reply.source != event.original.destination || event.reply.sourcePort != event.original.destinationPort
        else { return nil }
        var translated = event.original
        (translated.destination, translated.destinationPort) = (event.reply.source, event.reply.sourcePort)
        return find(event, translated)
    }

    private func find(_ event: ConntrackEvent, _ tuple: FlowTuple) -> Int? {
        let known = connections.find(tuple, zone: event.zone) {
            $0.marks.contains(.isTracked) && $0.identifier == event.identifier
        }
        if let known { return known }
        var best: Int?
        var start = Int64.max
        // All of them are looked at: there are at most a few.
        _ = connections.find(tuple, zone: event.zone) { connection in
            !connection.marks.contains(.isTracked) && connection.start < start
        }.map { place in
            (best, start) = (place, connections[place].start)
        }
        return best
    }

    /// Adds a connection; one that has no room pushes out the one that nothing was heard of for the longest time.
    mutating func insert(_ tuple: FlowTuple) -> Int? {
        // The end of an earlier one between the same ends may still be on its way, but not of many.
        var same = 0
        var oldest: Int?
        _ = connections.find(tuple) { _ in
            same += 1
            return false
        }
        if same >= 4 { oldest = connections.find(tuple) }
        if let oldest { forget(oldest) }
        if connections.isFull, let oldest = connections.oldest { forget(oldest) }
        return connections.insert(tuple)
    }

    private mutating func note(_ event: ConntrackEvent, at place: Int) {
        connections[place].identifier = event.identifier
        connections[place].marks.insert(.isTracked)
        if let state = event.tcpState, state < 16 {
            connections[place].states |= 1 << UInt16(state)
            connections[place].state = state
            // TIME_WAIT and CLOSE: the end that both sides know of.
            if state == 7 || state == 8, connections[place].closed == 0 { connections[place].closed = clock.realtime }
        }
        // IP_CT_TCP_FLAG_CLOSE_INIT.
        if event.originalFlags & 4 != 0 { connections[place].marks.insert(.closedByOriginal) }
        if event.replyFlags & 4 != 0 { connections[place].marks.insert(.closedByReply) }
    }

    // MARK: - The end

    /// The record of a connection that is followed.
    func record(of place: Int, _ action: RecordAction) -> AccessRecord {
        let connection = connections[place]
        var record = AccessRecord()
        record.action = action
        record.tuple = connection.tuple
        record.hasPorts = true
        if connection.prefix != 0 {
            record.prefix = connection.prefix
        } else {
            record.port = port(of: connection.tuple)
        }
        record.identity = connection.identity
        record.interface = connection.interface
        if connection.interface != 0 { record.direction = connection.direction }
        if connection.marks.contains(.hasUser) { record.user = connection.user }
        record.isDenied = connection.marks.contains(.denied) || connection.marks.contains(.revoked)
        return record
    }

    private func port(of tuple: FlowTuple) -> Int32 {
        context.ports.place(of: tuple.destinationPort, transport: tuple.transport).map { Int32($0) } ?? -1
    }

    private mutating func end(_ event: ConntrackEvent, _ place: Int?) {
        guard place != nil || event.mark & gateBits != 0 else { return }
        var record: AccessRecord
        var evidence = ConnectionEnding.Evidence(transport: event.original.transport, isAnswered: event.isAnswered)
        var start = event.start ?? 0
        var end = event.stop ?? clock.realtime
        if let place {
            note(event, at: place)
            let connection = connections[place]
            record = self.record(of: place, .end)
            (evidence.states, evidence.state, evidence.marks) = (connection.states, connection.state, connection.marks)
            if connection.start > 0 { start = connection.start }
            if connection.closed > 0 { end = min(connection.closed, end) }
        } else {
            record = AccessRecord()
            record.action = .end
            record.tuple = event.original
            record.hasPorts = true
            record.port = port(of: event.original)
            if let state = event.tcpState, state < 16 {
                (evidence.states, evidence.state) = (1 << UInt16(state), state)
            }
        }
        let bits = gateBits
        // All ones: it was cut.
        if event.mark & bits == bits { record.isDenied = true }
        if let epoch = epoch(event.mark) { record.epoch = epoch }
        record.original = event.originalCount
        record.reply = event.replyCount
        if let original = event.originalCount, let reply = event.replyCount {
            evidence.packets = (original.packets, reply.packets)
        }
        let ending = ConnectionEnding(evidence)
        (record.state, record.reason) = (ending.state, ending.reason)
        record.time = end
        if start > 0 {
            record.start = start
            record.duration = max(end - start, 0)
        }
        if place != nil { record.handshake = nil }
        write(record)
        if let place { remove(place) }
    }

    /// The epoch that a mark carries: that of a live connection, state 101.
    private func epoch(_ mark: UInt32) -> UInt8? {
        let bits = gateBits
        guard bits.nonzeroBitCount == 8 else { return nil }
        let value = (mark & bits) >> UInt32(bits.trailingZeroBitCount)
        return value >> 5 == 5 ? UInt8(value & 31) : nil
    }

    /// Follows a connection no more, and says so.
    private mutating func forget(_ place: Int) {
        totals.forgotten &+= 1
        var record = record(of: place, .end)
        record.time = clock.realtime
        record.reason = "forgotten"
        if connections[place].start > 0 {
            record.start = connections[place].start
            record.duration = max(clock.realtime - connections[place].start, 0)
        }
        write(record)
        remove(place)
    }

    private mutating func remove(_ place: Int) {
        handshakes?.forget(connection: place)
        connections.remove(place)
    }
}
