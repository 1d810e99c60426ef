import Glibc
import Host
import Ledger

/// Delivers the ledger to one sink, by one thread: reads from its cursor on, sends, confirms, moves the cursor; waits longer and
/// longer while the sink takes nothing. It holds at most one batch.
final class SinkRun {
    /// Lines are sent in batches of at most so many bytes, unless one line alone is longer.
    private static let batchBytes = 1 << 20
    /// So many bytes wait for their confirmation at most.
    private static let unconfirmedBytes = 64 << 20
    /// How often the ledger is looked at, in milliseconds.
    private static let pause: Int64 = 200
    /// How long it is not looked at, at most.
    private static let longestPause: Int64 = 2_000

    private let address: SinkAddress
    private let settings: SinkSettings
    private let stop: StopFlag
    private let say: @Sendable (SinkEvent) -> Void
    private let reader: LedgerReader

    private var cursor = SinkCursor.start
    private var sent = SinkCursor.start
    private var waitingBytes = 0
    /// When the first byte that is not confirmed was sent.
    private var waitingSince: Int64?
    private var lastSaid: SinkEvent?
    private var isDelivering = false

    init(
        _ address: SinkAddress, _ settings: SinkSettings, stop: StopFlag, say: @escaping @Sendable (SinkEvent) -> Void
    ) {
        self.address = address
        self.settings = settings
        self.stop = stop
        self.say = say
        reader = LedgerReader(settings.ledger)
    }

    /// Runs until an end is asked for, or everything is delivered. Returns whether everything was that should be.
    func run() -> Bool {
        let limit = settings.once ? BootClock.moment(after: .milliseconds(settings.timeoutMilliseconds)) : Int64.max
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        while true {
            do throws(SinkFailure) {
                let isComplete = try deliver(until: limit) { backoff = Backoff() }
                if isComplete { return true }
            } catch {
                announce(.failing(error))
                isDelivering = false
            }
            guard !stop.isRaised, BootClock.nanoseconds < limit else { return false }
            let left = limit == .max ? Int64.max : max(0, (limit - BootClock.nanoseconds) / 1_000_000) + 1
            stop.sleep(milliseconds: min(left, backoff.next(&random)))
            if stop.isRaised { return false }
        }
    }

    /// Works with one sink until it fails. Returns true when all is delivered, or an end was asked for and nothing is open.
    private func deliver(until limit: Int64, onSuccess: () -> Void) throws(SinkFailure) -> Bool {
        let file = try CursorFile(settings.cursors, name: address.name)
        cursor = try file.read()
        (sent, waitingBytes, waitingSince) = (cursor, 0, nil)
        let sink = try makeSink()
        defer { sink.abandon() }
        let goal = settings.once ? try size() : .max
        while true {
            let began = BootClock.nanoseconds
            try take(sink, file, until: limit, onSuccess)
            let took = (BootClock.nanoseconds - began) / 1_000_000
            let isLast = stop.isRaised || BootClock.nanoseconds >= limit || (settings.once && sent.next >= goal)
            let isDue = try sink.tend()
            if isLast || isDue || isConfirmationDue { try confirm(sink, file, until: limit, onSuccess) }
            if isLast {
                let isComplete = !settings.once || cursor.next >= goal
                guard !isComplete else {
                    say(.ended(next: cursor.next))
                    return true
                }
                throw SinkFailure(
                    "deliver everything to", address.name,
                    reason:
                        "\(stop.isRaised ? "an end was asked for" : "the time was over") at leaf \(cursor.next) of \(goal)",
                    advice: "run it again, with more seconds for --timeout")
            }
            // An open segment is read from its start each time: the longer that takes, the rarer it is.
            stop.sleep(milliseconds: max(Self.pause, min(10 * took, Self.longestPause)))
        }
    }

    private func makeSink() throws(SinkFailure) -> any Sink {
        switch address.kind {
        case .file(let path): return FileSink(path: path)
        case .journal(let path): return JournalSink(path: path)
        case .tls(let address):
            let origin: String
            do throws(LedgerFailure) { origin = try settings.ledger.anchorKey().name } catch {
                throw Self.failure(error, settings.ledger)
            }
            return TLSSink(address, frame: SyslogFrame(host: settings.host, process: getpid(), origin: origin))
        }
    }

    // MARK: - Reading

    private func size() throws(SinkFailure) -> UInt64 {
        do throws(LedgerFailure) { return try reader.size() } catch { throw Self.failure(error, settings.ledger) }
    }

    private static func failure(_ error: LedgerFailure, _ ledger: LedgerFolder) -> SinkFailure {
        SinkFailure("read the ledger", ledger.path, reason: "\(error)", advice: "delivery goes on when it can be read")
    }

    /// Sends what the ledger has behind the cursor.
    private func take(
        _ sink: any Sink, _ file: borrowing CursorFile, until limit: Int64, _ onSuccess: () -> Void
    ) throws(SinkFailure) {
        let size = try size()
        guard size != sent.next else { return }
        guard size > sent.next else {
            throw foreign(file.path, "the ledger ends at leaf \(size), before the cursor's \(sent.next)")
        }
        // One leaf earlier: it must be the one that was delivered last.
        let start = sent.next == 0 ? 0 : sent.next - 1
        var failure: SinkFailure?
        do throws(LedgerFailure) {
            try reader.blocks(from: .leaf(start)) { block, first in
                do throws(SinkFailure) {
                    try take(block, first, sink, file, until: limit, onSuccess)
                } catch {
                    failure = error
                    return false
                }
                return !stop.isRaised && BootClock.nanoseconds < limit
            }
        } catch { throw Self.failure(error, settings.ledger) }
        if let failure { throw failure }
    }

    /// Takes a block of the ledger, batch by batch.
    private func take(
        _ block: UnsafeRawBufferPointer, _ first: UInt64, _ sink: any Sink, _ file: borrowing CursorFile,
        until limit: Int64, _ onSuccess: () -> Void
    ) throws(SinkFailure) {
        var lines = block
        var leaf = first
        if let last = sent.last, first == sent.next - 1 {
            let line = Self.firstLine(lines)
            guard MerkleHash(leaf: line) == last else {
                throw foreign(file.path, "leaf \(first) of the ledger is not the one that was delivered")
            }
            lines = UnsafeRawBufferPointer(rebasing: lines[min(line.count + 1, lines.count)...])
            leaf += 1
        }
        guard leaf >= sent.next else {
            throw foreign(file.path, "the ledger goes on with leaf \(leaf), not \(sent.next)")
        }
        if leaf > sent.next { announce(.missing(first: sent.next, next: leaf)) }
        while !lines.isEmpty {
            let batch = Self.batch(of: lines)
            try sink.send(batch.lines, first: leaf, until: deadline(limit))
            leaf += batch.count
            sent = SinkCursor(behind: leaf - 1, MerkleHash(leaf: batch.last))
            waitingBytes += batch.lines.count
            if waitingSince == nil { waitingSince = BootClock.nanoseconds }
            lines = UnsafeRawBufferPointer(rebasing: lines[batch.lines.count...])
            if isConfirmationDue || !sink.gathersConfirmations { try confirm(sink, file, until: limit, onSuccess) }
            if stop.isRaised { return }
        }
    }

    private func foreign(_ path: String, _ reason: String) -> SinkFailure {
        SinkFailure(
            "go on from", path,
            reason: "\(reason): the ledger was replaced, cut or rolled back, or the cursor is of another one",
            advice:
                "`portgate verify` says what is proven of the ledger; to deliver it from its first record, remove the cursor"
        )
    }

    private static func firstLine(_ lines: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard let base = lines.baseAddress, let end = memchr(base, 10, lines.count) else { return lines }
        return UnsafeRawBufferPointer(rebasing: lines[..<(UnsafeRawPointer(end) - base)])
    }

    /// The lines that make the next batch, how many they are, and the last of them without its end.
    private static func batch(
        of lines: UnsafeRawBufferPointer
    ) -> (lines: UnsafeRawBufferPointer, count: UInt64, last: UnsafeRawBufferPointer) {
        var end = 0
        var count: UInt64 = 0
        var last = lines
        while end < lines.count {
            let line = firstLine(UnsafeRawBufferPointer(rebasing: lines[end...]))
            let next = min(end + line.count + 1, lines.count)
            if count > 0, next > batchBytes { break }
            (end, last) = (next, line)
            count += 1
        }
        return (UnsafeRawBufferPointer(rebasing: lines[..<end]), count, last)
    }

    // MARK: - Confirming

    private var isConfirmationDue: Bool {
        guard let waitingSince else { return false }
        guard case .tls(let address) = address.kind else { return true }
        return waitingBytes >= Self.unconfirmedBytes
            || BootClock.nanoseconds - waitingSince >= address.confirmSeconds * 1_000_000_000
    }

    private func confirm(
        _ sink: any Sink, _ file: borrowing CursorFile, until limit: Int64, _ onSuccess: () -> Void
    ) throws(SinkFailure) {
        try sink.confirm(until: deadline(limit))
        (waitingBytes, waitingSince) = (0, nil)
        guard sent != cursor else { return }
        try file.write(sent)
        if !isDelivering {
            // Not earlier: a receiver may take bytes and refuse them afterwards, again and again.
            isDelivering = true
            announce(.delivering(from: cursor.next))
        }
        cursor = sent
        onSuccess()
    }

    /// The end of one operation.
    private func deadline(_ limit: Int64) -> Int64 {
        min(limit, BootClock.moment(after: .milliseconds(settings.timeoutMilliseconds)))
    }

    private func announce(_ event: SinkEvent) {
        guard event != lastSaid else { return }
        lastSaid = event
        say(event)
    }
}
