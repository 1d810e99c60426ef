import Glibc
public import Host

/// The recorder's loop: it waits for the kernel, hands lines to a sink, and blocks on nothing else.
public struct RecorderLoop: ~Copyable {
    /// The socket of a group, and what is known of it.
    private final class Listener {
        var socket: NflogSocket
        var drops: UInt32 = 0
        /// When the group was last said to be silent, or was heard of; on the clock that nobody sets.
        var heard: Int64
        /// Whether it has been said to be silent, and was not heard of since.
        var isSilent = false

        init(_ socket: consuming NflogSocket, at now: Int64) {
            self.socket = socket
            heard = now
        }
    }

    /// The recorder.
    public private(set) var recorder: Recorder
    private let settings: RecorderLoopSettings
    private let listeners: [Listener]
    private var conntrack: ConntrackSocket?
    private var conntrackDrops: UInt32 = 0
    private var dump: ConntrackDump?
    private var isSweeping = false
    private var nextSweep: Int64 = 0
    private var pollers: [pollfd] = []
    private var uncommitted = 0
    private var uncommittedSince = Int64.max
    private var nextTick: Int64 = 0
    private var nextHeartbeat: Int64 = 0
    /// Calls of recvmmsg for one socket before the others have their turn.
    private static let rounds = 8

    /// Opens the sockets in the calling thread's network namespace and writes the record of the start.
    ///
    /// The loop asks for the connections that are open already, which it then follows too.
    public init(recorder: consuming Recorder, settings: RecorderLoopSettings) throws(HostError) {
        let now = RecorderClock.now
        var listeners: [Listener] = []
        for group in settings.groups {
            listeners.append(Listener(try NflogSocket(group: group, settings: settings.nflog), at: now.boottime))
        }
        var recorder = recorder
        conntrack = settings.conntrack ? try ConntrackSocket(receiveBuffer: settings.conntrackBuffer) : nil
        let buffer = conntrack?.receiveBuffer
        recorder.started(
            RecorderStart(
                bootID: settings.bootID, process: getpid(),
                groups: listeners.map { ($0.socket.group, $0.socket.receiveBuffer) }, conntrackBuffer: buffer))
        dump = settings.conntrack ? try ConntrackDump() : nil
        self.recorder = recorder
        self.settings = settings
        self.listeners = listeners
    }

    /// Runs until its time is over or somebody ends it, and writes the record of the end.
    ///
    /// - Parameters:
    ///   - stop: a descriptor that becomes readable when the loop is to end: a ``WakeUp``, a signalfd, a pipe.
    ///   - wake: something that calls `tick` before its time; taken back by the loop.
    ///   - tick: called about once a second, to replace the context or to hand in counters.
    public mutating func run<Sink: RecordSink & ~Copyable>(
        into sink: inout Sink, for span: RecorderSpan = .untilStopped, stop: Int32? = nil, wake: WakeUp? = nil,
        tick: (inout Recorder, RecorderClock) -> Void = { _, _ in }
    ) throws(RecorderLoopFailure<Sink.Failure>) {
        makePollers(stop: stop, wake: wake)
        let begin = BootClock.nanoseconds
        var lastEvent = begin
        nextTick = begin
        // The record of the start is durable before anybody is told that it listens.
        try handOn(to: &sink, at: .max)
        while true {
            let now = RecorderClock.now
            if now.boottime >= nextTick {
                nextTick = now.boottime + 1_000_000_000
                housekeep(now, isDurable: sink.isDurable && isKeepingUp(now))
                tick(&recorder, now)
            }
            try handOn(to: &sink, at: now.boottime)
            let end: Int64? =
                switch span {
                case .untilStopped: nil
                case .seconds(let seconds): begin &+ Int64(min(max(seconds, 0), 1e9) * 1e9)
                case .once: lastEvent + 300_000_000
                }
            if let end, now.boottime >= end { break }
            let next = min(
                nextTick, end ?? .max, uncommittedSince == .max ? .max : uncommittedSince + settings.commitInterval)
            let ready = wait(nanoseconds: next - now.boottime)
            if let ready { throw .host(ready) }
            if isReady(0) { break }
            if isReady(1), wake?.take() == true { nextTick = 0 }
            for place in listeners.indices where isReady(2 + place) {
                lastEvent = BootClock.nanoseconds
                _ = try read(listeners[place], into: &sink)
            }
            if isReady(2 + listeners.count) { _ = try readConntrack(into: &sink) }
            if isReady(3 + listeners.count) { try readDump(into: &sink) }
        }
        try finish(into: &sink)
        recorder.stopped(reason: "asked", at: .now)
        try handOn(to: &sink, at: .max)
    }

    /// Gives the groups back and reads what came until then, so that the record of the end stands behind all of it.
    private mutating func finish<Sink: RecordSink & ~Copyable>(
        into sink: inout Sink
    ) throws(RecorderLoopFailure<Sink.Failure>) {
        for listener in listeners {
            // A group that cannot be given back is so when its socket is closed.
            do throws(Errno) { try listener.socket.unbind() } catch {}
            while try read(listener, into: &sink) { try handOn(to: &sink, at: BootClock.nanoseconds) }
        }
        // Conntrack goes on telling: as much as its buffer holds is enough.
        for _ in 0..<1_000 where try !readConntrack(into: &sink) { break }
        housekeep(.now, isDurable: false)
    }

    /// Whether no line waits for longer than it should.
    private func isKeepingUp(_ now: RecorderClock) -> Bool {
        uncommittedSince == .max || now.boottime - uncommittedSince < settings.commitInterval + 1_000_000_000
    }

    private mutating func makePollers(stop: Int32?, wake: WakeUp?) {
        // A negative descriptor is passed over by poll(2).
        var descriptors = [stop ?? -1, wake?.descriptor ?? -1]
        for listener in listeners { descriptors.append(listener.socket.descriptor) }
        descriptors.append(conntrack?.descriptor ?? -1)
        descriptors.append(dump?.descriptor ?? -1)
        pollers = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    }

    private func isReady(_ place: Int) -> Bool { pollers[place].revents != 0 }

    /// Waits for any descriptor (`poll(2)`).
    private mutating func wait(nanoseconds: Int64) -> HostError? {
        // Upwards: a wait that is too short would be repeated many times.
        let milliseconds = Int32(clamping: (max(nanoseconds, 0) + 999_999) / 1_000_000)
        if poll(&pollers, nfds_t(pollers.count), milliseconds) >= 0 { return nil }
        let error = Errno(errno)
        for place in pollers.indices { pollers[place].revents = 0 }
        return error == .interrupted ? nil : HostError("wait for", "netlink sockets", error)
    }

    /// Reads a group for a while; returns whether there may be more.
    private mutating func read<Sink: RecordSink & ~Copyable>(
        _ listener: Listener, into sink: inout Sink
    ) throws(RecorderLoopFailure<Sink.Failure>) -> Bool {
        for _ in 0..<Self.rounds {
            let count: Int
            do throws(Errno) { count = try listener.socket.receive() } catch {
                // Told by the drops, too.
                if error == .noBuffers { return false }
                throw .host(HostError("read", "NFLOG group \(listener.socket.group)", error))
            }
            if count == 0 { return false }
            let now = RecorderClock.now
            for index in 0..<count {
                recorder.take(
                    nflog: listener.socket.datagram(index).bytes, isCut: listener.socket.isCut(index), at: now)
                if recorder.isFull { try handOn(to: &sink, at: now.boottime) }
            }
        }
        return true
    }

    /// Reads conntrack's events for a while; returns whether there may be more.
    private mutating func readConntrack<Sink: RecordSink & ~Copyable>(
        into sink: inout Sink
    ) throws(RecorderLoopFailure<Sink.Failure>) -> Bool {
        for _ in 0..<Self.rounds {
            let count: Int
            do throws(Errno) { count = try conntrack?.receive() ?? 0 } catch {
                if error == .noBuffers { return false }
                throw .host(HostError("read", "conntrack", error))
            }
            if count == 0 { return false }
            let now = RecorderClock.now
            for index in 0..<count {
                guard let bytes = conntrack?.datagram(index) else { return false }
                recorder.take(conntrack: bytes.bytes, isCut: conntrack?.isCut(index) ?? false, at: now)
                if recorder.isFull { try handOn(to: &sink, at: now.boottime) }
            }
        }
        return true
    }

    private mutating func readDump<Sink: RecordSink & ~Copyable>(
        into sink: inout Sink
    ) throws(RecorderLoopFailure<Sink.Failure>) {
        let count: Int
        do throws(Errno) { count = try dump?.receive() ?? 0 } catch {
            throw .host(HostError("read", "the connections of the kernel", error))
        }
        let now = RecorderClock.now
        for index in 0..<count {
            guard let bytes = dump?.datagram(index) else { return }
            if recorder.take(dump: bytes.bytes, at: now) { isSweeping = false }
            if recorder.isFull { try handOn(to: &sink, at: now.boottime) }
        }
    }

    /// Begins to look at all connections when it is time. An answer that does not end does not begin another question.
    private mutating func sweep(_ now: RecorderClock) {
        guard now.boottime >= nextSweep, !isSweeping, dump != nil else { return }
        nextSweep = now.boottime + settings.sweepSeconds * 1_000_000_000
        recorder.beginSweep(at: now)
        // A question that cannot be asked is asked again next time.
        do throws(Errno) {
            try dump?.ask()
            isSweeping = true
        } catch {}
    }

    /// Hands lines on, and makes them durable when they are many or old.
    private mutating func handOn<Sink: RecordSink & ~Copyable>(
        to sink: inout Sink, at now: Int64
    ) throws(RecorderLoopFailure<Sink.Failure>) {
        var written = 0
        do throws(Sink.Failure) {
            try recorder.drain { (lines: Span<UInt8>, count: Int) throws(Sink.Failure) in
                try sink.write(lines, count: count)
                written = lines.count
            }
            if written > 0 {
                uncommitted += written
                uncommittedSince = min(uncommittedSince, now)
            }
            guard uncommitted > 0 else { return }
            let isDue = now == .max || now - uncommittedSince >= settings.commitInterval
            guard isDue || uncommitted >= settings.commitBytes else { return }
            try sink.commit()
            (uncommitted, uncommittedSince) = (0, .max)
        } catch { throw .sink(error) }
    }

    private mutating func housekeep(_ now: RecorderClock, isDurable: Bool) {
        recorder.tick(now)
        sweep(now)
        for listener in listeners {
            let drops = listener.socket.drops
            if drops != listener.drops {
                recorder.dropped(drops &- listener.drops, from: .nflog(group: listener.socket.group), at: now)
                listener.drops = drops
            }
            guard recorder.expectsHeartbeat(ofGroup: listener.socket.group) else {
                listener.heard = now.boottime
                continue
            }
            let seconds = settings.heartbeatSeconds
            if now.boottime >= nextHeartbeat {
                nextHeartbeat = now.boottime + seconds * 1_000_000_000 / 3
                // One that could not be sent cannot be missed. Who does not hear the gate keeps no record of it.
                if !HeartbeatPacket.send(isDurable: isDurable && !listener.isSilent) { listener.heard = now.boottime }
            }
            if let heard = recorder.lastHeartbeat(ofGroup: listener.socket.group) {
                if heard > listener.heard { listener.isSilent = false }
                listener.heard = max(listener.heard, heard)
            }
            if now.boottime - listener.heard > seconds * 1_000_000_000 {
                let silence = (now.boottime - listener.heard) / 1_000_000_000
                recorder.silent(group: listener.socket.group, seconds: silence, at: now)
                listener.heard = now.boottime
                listener.isSilent = true
            }
        }
        guard let drops = conntrack?.drops, drops != conntrackDrops else { return }
        recorder.dropped(drops &- conntrackDrops, from: .conntrack, at: now)
        conntrackDrops = drops
    }
}
