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

    /// Takes a datagram of the answer to a question for all connections ("dump"); returns whether it is the last. Those with
    /// the gate's bits that were not followed are from now on; those that are not told of have ended.
    public mutating func take(dump datagram: RawSpan, at now: RecorderClock) -> Bool {
        clock = now
        var decoder = ConntrackDecoder(byteCount: datagram.byteCount)
        while let item = decoder.next(in: datagram) {
            switch item {
            case .event(let event): sweep(event)
            case .done(let code):
                if code == 0 { finishSweep() }
                return true
            // What cannot be read leaves the question without an answer: nothing is ended by it.
            case .malformed, .overrun: return true
            case .other: continue
            }
        }
        return false
    }

    /// Begins to look at all connections; the answer follows datagram by datagram.
    public mutating func beginSweep(at now: RecorderClock) {
        sweepNumber = sweepNumber &+ 1
        sweepStart = now.realtime
    }

    private mutating func sweep(_ event: ConntrackEvent) {
        var place = find(event)
        if place == nil, event.mark & gateBits != 0 {
            place = insert(event.original)
            if let place {
                connections.entries[place].marks.insert(.inherited)
                connections.entries[place].start = event.start ?? 0
                connections.entries[place].zone = event.zone
            }
        }
        guard let place else { return }
        note(event, at: place)
        connections.entries[place].sweep = sweepNumber
    }

    /// Ends the connections that are followed and that the kernel does not know: their ends were missed.
    private mutating func finishSweep() {
        var next = connections.oldest
        while let place = next {
            next = connections.after(place)
            let connection = connections[place]
            // What began about then may have come into the kernel's table behind the place that was read.
            guard connection.sweep != sweepNumber,
                connection.marks.contains(.inherited) || connection.start < sweepStart - 5_000_000_000
            else { continue }
            forget(place, "unseen")
        }
    }

    private mutating func take(_ event: ConntrackEvent) {
        totals.events &+= 1
        let place = find(event)
        if event.kind == .destroy {
            if !hold(event, place) { end(event, place) }
            return
        }
        if let place {
            note(event, at: place)
            connections.touch(place)
            return
        }
        // It is told of before the packet is that was let in. One that is over already will not be let in.
        guard event.mark & gateBits != 0, event.tcpState.map({ $0 < 7 }) ?? true else { return }
        // What may never be let in must not push out what was.
        guard connections.count < limits.connections / 4 * 3 else { return }
        guard let place = insert(event.original) else { return }
        connections.entries[place].start = event.start ?? clock.realtime
        connections.entries[place].zone = event.zone
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
        return connections.oldest(tuple, zone: event.zone) { !$0.marks.contains(.isTracked) }.place
    }

    /// Adds a connection; one that has no room pushes out the one that nothing was heard of for the longest time.
    mutating func insert(_ tuple: FlowTuple) -> Int? {
        // The end of an earlier one between the same ends may still be on its way, but not of many.
        let same = connections.oldest(tuple)
        if same.count >= 4, let place = same.place { forget(place) }
        if connections.isFull, let oldest = connections.oldest { forget(oldest) }
        return connections.insert(tuple)
    }

    private mutating func note(_ event: ConntrackEvent, at place: Int) {
        connections.entries[place].identifier = event.identifier
        connections.entries[place].marks.insert(.isTracked)
        if let state = event.tcpState, state < 16 {
            connections.entries[place].states |= 1 << UInt16(state)
            connections.entries[place].state = state
            // TIME_WAIT and CLOSE: the end that both sides know of.
            if state == 7 || state == 8, connections.entries[place].closed == 0 {
                connections.entries[place].closed = clock.realtime
            }
        }
        // IP_CT_TCP_FLAG_CLOSE_INIT.
        if event.originalFlags & 4 != 0 { connections.entries[place].marks.insert(.closedByOriginal) }
        if event.replyFlags & 4 != 0 { connections.entries[place].marks.insert(.closedByReply) }
    }

    // MARK: - Ends that come too early

    /// Keeps the end of a connection whose beginning is still on its way: conntrack tells at once, packets are gathered. One
    /// that is refused by a closed port is forgotten within the millisecond.
    private mutating func hold(_ event: ConntrackEvent, _ place: Int?) -> Bool {
        guard event.mark & gateBits != 0 else { return false }
        var begin = event.start ?? clock.realtime
        if let place {
            guard connections.entries[place].marks.isDisjoint(with: .known) else { return false }
            begin = connections.entries[place].start
        }
        guard clock.realtime - begin < 1_000_000_000 else { return false }
        if held.count >= Self.mostHeld { release(0) }
        held.append(event)
        heldSince = min(heldSince, clock.boottime)
        return true
    }

    /// As many as are kept at once; one more, and the first is told as it is.
    static var mostHeld: Int { 512 }

    /// Tells of the end that was kept of a connection that was just let in.
    mutating func releaseHeld(_ tuple: FlowTuple) {
        for place in held.indices where held[place].original == tuple { return release(place) }
    }

    /// Tells of all ends that were kept for half a second, longer than packets are gathered.
    mutating func releaseHeld(at now: Int64) {
        guard !held.isEmpty, now == .max || now - heldSince >= 500_000_000 else { return }
        while !held.isEmpty { release(held.count - 1) }
        heldSince = .max
    }

    private mutating func release(_ place: Int) {
        let event = held[place]
        held[place] = held[held.count - 1]
        held.removeLast()
        end(event, find(event))
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
        if connection.marks.contains(.denied) || connection.marks.contains(.revoked) {
            record.isDenied = true
        } else if connection.marks.contains(.allowed) {
            record.isDenied = false
        }
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
            tellHandshake(of: place)
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
        judge(&record, by: event.mark)
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
        if record.isDenied == nil {
            // It was never let in, and anybody can open many of its kind.
            writeWithinBudget(record, key: .max)
        } else {
            write(record)
        }
        if let place { remove(place) }
    }

    /// What the gate's bits of a mark say: all ones, it was cut; 100, it is admitted; 101, it is live under an epoch. What is
    /// pending has no verdict.
    private func judge(_ record: inout AccessRecord, by mark: UInt32) {
        let bits = gateBits
        guard bits.nonzeroBitCount == 8 else { return }
        let value = (mark & bits) >> UInt32(bits.trailingZeroBitCount)
        if value == 0xff { record.isDenied = true }
        guard value >> 5 == 4 || value >> 5 == 5 else { return }
        if record.isDenied == nil { record.isDenied = false }
        if value >> 5 == 5 { record.epoch = UInt8(value & 31) }
    }

    /// Follows a connection no more, and says so.
    private mutating func forget(_ place: Int, _ reason: StaticString = "forgotten") {
        // What was not let in has no record that waits for its end.
        guard !connections.entries[place].marks.isDisjoint(with: .known) else { return remove(place) }
        totals.forgotten &+= 1
        tellHandshake(of: place)
        var record = record(of: place, .end)
        record.time = clock.realtime
        record.reason = reason
        if connections.entries[place].start > 0 {
            record.start = connections.entries[place].start
            record.duration = max(clock.realtime - connections.entries[place].start, 0)
        }
        write(record)
        remove(place)
    }

    private mutating func remove(_ place: Int) {
        handshakes?.forget(connection: place)
        connections.remove(place)
    }
}
