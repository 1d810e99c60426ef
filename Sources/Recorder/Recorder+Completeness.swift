extension Recorder {
    /// Records that it began.
    public mutating func started(_ start: RecorderStart) {
        begin("started", at: clock.realtime)
        lines.append(",\"boot_id\":")
        lines.append(text: start.bootID)
        bootText = start.bootID
        lines.append(",\"uptime_us\":", UInt64(max(clock.boottime, 0)) / 1_000)
        nextHeartbeat = clock.boottime &+ limits.heartbeat
        lines.append(",\"pid\":", UInt64(max(start.process, 0)))
        lines.append(",\"groups\":[")
        for (place, listener) in start.groups.enumerated() {
            lines.append(place == 0 ? "{\"group\":" : ",{\"group\":")
            lines.append(number: UInt64(listener.group))
            lines.append(",\"receive_buffer\":", UInt64(max(listener.receiveBuffer, 0)))
            lines.append(UInt8(ascii: "}"))
        }
        lines.append(UInt8(ascii: "]"))
        if let bytes = start.conntrackBuffer { lines.append(",\"conntrack_buffer\":", UInt64(max(bytes, 0))) }
        finish()
    }

    /// Records that it ends, and what was counted and not told yet.
    public mutating func stopped(reason: StaticString, at now: RecorderClock) {
        clock = now
        compareCounters(at: .max)
        releaseHeld(at: .max)
        tellSessions()
        while let entry = denials.takeAny() { write(entry.summary) }
        begin("stopped", at: now.realtime)
        member(",\"reason\":\"", reason)
        life()
        finish()
    }

    /// Says that the recorder is there: the boot and the time since it, which nobody sets, and what it has seen.
    private mutating func life() {
        lines.append(",\"boot_id\":")
        lines.append(text: bootText)
        lines.append(",\"uptime_us\":", UInt64(max(clock.boottime, 0)) / 1_000)
        lines.append(",\"packets\":", totals.packets)
        lines.append(",\"events\":", totals.events)
        lines.append(",\"lost\":", totals.lost)
        lines.append(",\"connections\":", UInt64(connections.count))
    }

    /// Records that it is there, when it is time; and by how much that is late, when it is.
    private mutating func beat() {
        guard clock.boottime >= nextHeartbeat else { return }
        begin("heartbeat", at: clock.realtime)
        let late = (clock.boottime &- nextHeartbeat) / 1_000_000_000
        if late > 30 { lines.append(",\"late_seconds\":", UInt64(late)) }
        life()
        finish()
        nextHeartbeat = clock.boottime &+ limits.heartbeat
    }

    /// Does what is due: call it about once a second.
    public mutating func tick(_ now: RecorderClock) {
        // Both clocks run at one speed: what one gains on the other was set.
        let moved = (now.realtime &- now.boottime) &- clockOffset
        if moved.magnitude > 1_000_000_000 {
            clockOffset &+= moved
            begin("clock-step", at: now.realtime)
            lines.append(",\"seconds\":")
            if moved < 0 { lines.append(UInt8(ascii: "-")) }
            lines.append(nanoseconds: Int64(clamping: moved.magnitude))
            finish()
        }
        clock = now
        beat()
        tellSessions()
        releaseHeld(at: now.boottime)
        tellOverdueHandshakes()
        while let entry = denials.takeOver(at: now.boottime) { write(entry.summary) }
        compareCounters(at: now.boottime)
        if now.boottime &- interfacesSince > 10_000_000_000 {
            interfacesSince = now.boottime
            interfaces.removeAll()
        }
    }

    // MARK: - Sessions

    /// Lines of sessions that one tick writes at most: their room is bounded, and there are few.
    private static let mostSessions = 256

    /// Records which sessions began and ended since it was last told.
    private mutating func tellSessions() {
        guard hasOtherSessions else { return }
        let living = Set(context.sessions)
        let began = living.subtracting(toldSessions).sorted { $0.start < $1.start }
        let ended = toldSessions.subtracting(living).sorted { $0.start < $1.start }
        hasOtherSessions = began.count + ended.count > Self.mostSessions
        for session in ended.prefix(Self.mostSessions) {
            tell("session-ended", session)
            lines.append(",\"duration\":")
            lines.append(nanoseconds: max(clock.realtime &- session.start, 0))
            finish()
            toldSessions.remove(session)
        }
        for session in began.prefix(Self.mostSessions - min(ended.count, Self.mostSessions)) {
            tell("session-began", session)
            finish()
            toldSessions.insert(session)
        }
    }

    private mutating func tell(_ action: StaticString, _ session: SessionInterval) {
        begin(action, at: clock.realtime)
        let identity = identityTexts.number(of: session.identity, .session)
        lines.append(identityTexts[identity], of: identityTexts.text)
        lines.append(",\"src_ip\":")
        lines.append(FlowAddress(session.source))
        lines.append(",\"start\":")
        lines.append(moment: session.start)
    }

    // MARK: - Losses

    mutating func lost(_ gap: SequenceWatch.Gap, group: UInt16) {
        totals.lost &+= UInt64(gap.count)
        begin("lost", at: clock.realtime)
        member(",\"reason\":\"", "sequence")
        lines.append(",\"count\":", UInt64(gap.count))
        lines.append(",\"group\":", UInt64(group))
        lines.append(",\"from_seq\":", UInt64(gap.first))
        lines.append(",\"to_seq\":", UInt64(gap.last))
        finish()
    }

    /// Something is missing, and nobody knows how much.
    mutating func lost(reason: StaticString) {
        begin("lost", at: clock.realtime)
        member(",\"reason\":\"", reason)
        finish()
    }

    mutating func malformed(_ source: StaticString) {
        totals.malformed &+= 1
        // The kernel does not write such messages: the first ones are told, all of them are counted.
        guard totals.malformed <= 16 else { return }
        begin("lost", at: clock.realtime)
        member(",\"reason\":\"malformed\",\"source\":\"", source)
        finish()
    }

    /// Records that the kernel had no room for datagrams: each holds up to 32 packets, or one event of conntrack.
    public mutating func dropped(_ datagrams: UInt32, from source: EventSource, at now: RecorderClock) {
        clock = now
        begin("lost", at: now.realtime)
        member(",\"reason\":\"", "receive-buffer")
        lines.append(",\"datagrams\":", UInt64(datagrams))
        switch source {
        case .nflog(let group): lines.append(",\"group\":", UInt64(group))
        case .conntrack: member(",\"source\":\"", "conntrack")
        }
        finish()
    }

    /// Records that no heartbeat came through a group for so long.
    public mutating func silent(group: UInt16, seconds: Int64, at now: RecorderClock) {
        clock = now
        begin("lost", at: now.realtime)
        member(",\"reason\":\"", "heartbeat")
        lines.append(",\"group\":", UInt64(group))
        lines.append(",\"seconds\":", UInt64(max(seconds, 0)))
        finish()
    }

    /// Takes counters of rules that were just read; they are compared with the records a second later, when everything has
    /// come that was on its way.
    public mutating func reconcile(_ counts: [RuleCount], at now: RecorderClock) {
        compareCounters(at: .max)
        for count in counts.prefix(limits.prefixes) {
            let number = prefixes.number(of: Array(count.prefix.utf8), ports: context.ports)
            guard number != 0 else { continue }
            pendingCounts.append((number, count.packets, prefixes.seen[Int(number)]))
        }
        pendingCountsDue = now.boottime &+ 1_000_000_000
    }

    private mutating func compareCounters(at now: Int64) {
        guard now >= pendingCountsDue, !pendingCounts.isEmpty else { return }
        for count in pendingCounts {
            let missing = counters.take(
                count.prefix, packets: count.packets, seenThen: count.seen, seenNow: prefixes.seen[Int(count.prefix)])
            guard missing > 0 else { continue }
            begin("lost", at: clock.realtime)
            member(",\"reason\":\"", "counter")
            lines.append(",\"count\":", missing)
            lines.append(prefixes[count.prefix].place, of: prefixes.text)
            finish()
        }
        pendingCounts.removeAll(keepingCapacity: true)
        pendingCountsDue = .max
    }

    // MARK: - Lines of its own

    private mutating func begin(_ action: StaticString, at moment: Int64) {
        lines.append("{\"timestamp\":")
        lines.append(moment: moment)
        lines.append(",\"action\":\"")
        lines.append(action)
        lines.append(UInt8(ascii: "\""))
    }

    private mutating func member(_ name: StaticString, _ value: StaticString) {
        lines.append(name)
        lines.append(value)
        lines.append(UInt8(ascii: "\""))
    }

    private mutating func finish() {
        lines.append(ByteRange(start: 0, count: policyText.count), of: policyText)
        if context.epoch != 0 { lines.append(",\"epoch\":", UInt64(context.epoch)) }
        finishLine()
    }
}
