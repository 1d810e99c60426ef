import Glibc
import Host
import Synchronization

/// Seals closed segments, and deletes those whose time is over, while somebody else records: on a thread of its own, with a writer of
/// its own, a segment at a time. The log is locked for a record of it only, as for any other commit.
public final class LedgerKeeper: Sendable {
    private let work: Work
    private let thread: SystemThread?

    /// Begins to keep a ledger.
    ///
    /// - Parameters:
    ///   - retention: How long records are kept; nil keeps all.
    ///   - limits: Those of the recorder's writer.
    ///   - pauseMilliseconds: How long to wait when there is nothing to do.
    public init(
        _ folder: LedgerFolder, retention: LedgerRetention? = nil, limits: LedgerLimits = LedgerLimits(),
        pauseMilliseconds: Int = 30_000, clock: @escaping @Sendable () -> LedgerTime = { LedgerTime.now }
    ) {
        let work = Work(
            step: KeeperStep(folder: folder, limits: limits, clock: clock, retention: retention),
            pauseMilliseconds: pauseMilliseconds)
        self.work = work
        thread = SystemThread(.blocked) {
            // Of this thread alone: recording comes first.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
            work.run()
        }
        if thread == nil {
            work.end()
            work.note("segments are not sealed before the end: no thread can be started")
        }
    }

    deinit { stop() }

    /// Ends the thread, when the segment is done at which it is; nothing is begun any more.
    ///
    /// - Parameter milliseconds: How long to wait for it: an archive may take its time. What is cut off by the end of the process is
    ///   finished by the next one.
    /// - Returns: whether it has ended.
    @discardableResult
    public func stop(waitingMilliseconds milliseconds: Int = 20_000) -> Bool {
        guard !work.stop(), let thread else { return work.isIdle }
        let deadline = BootClock.moment(after: .milliseconds(milliseconds))
        while !work.isIdle {
            guard BootClock.nanoseconds < deadline else {
                thread.detach()
                return false
            }
            poll(nil, 0, 5)
        }
        thread.join()
        return true
    }

    /// What the operator should know, since it was last asked for; the same is said once until something else was.
    public func words() -> [String] { work.takeWords() }
}

/// What the thread does, and how it is told to end.
private final class Work: Sendable {
    private struct State {
        var isStopped = false
        var hasEnded = false
        var words: [String] = []
        var last: String?
    }

    private let step: KeeperStep
    private let pauseMilliseconds: Int
    private let state = Mutex(State())
    private static let napMilliseconds: Int32 = 100

    init(step: KeeperStep, pauseMilliseconds: Int) {
        self.step = step
        self.pauseMilliseconds = pauseMilliseconds
    }

    func run() {
        while !isStopped {
            let outcome = step.run()
            note(outcome.words)
            if outcome.hasMore { continue }
            var left = pauseMilliseconds
            while left > 0, !isStopped {
                poll(nil, 0, min(Self.napMilliseconds, Int32(clamping: left)))
                left -= Int(Self.napMilliseconds)
            }
        }
        end()
    }

    /// Whether nothing is done any more.
    var isIdle: Bool { state.withLock { $0.hasEnded } }

    func end() { state.withLock { $0.hasEnded = true } }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Asks the thread to end; whether it was asked before.
    func stop() -> Bool {
        state.withLock { state in
            defer { state.isStopped = true }
            return state.isStopped
        }
    }

    func note(_ words: String?) {
        state.withLock { state in
            if let words, words != state.last { state.words.append(words) }
            state.last = words
        }
    }

    func takeWords() -> [String] {
        state.withLock { state in
            defer { state.words = [] }
            return state.words
        }
    }
}

/// One step of keeping a ledger: at most one segment is sealed, or deleted.
struct KeeperStep: Sendable {
    let folder: LedgerFolder
    let limits: LedgerLimits
    let clock: @Sendable () -> LedgerTime
    let retention: LedgerRetention?

    /// What came of it.
    struct Outcome: Hashable {
        /// Whether something was done, so that more may be to do.
        var hasMore = false
        /// What the operator should know.
        var words: String?
    }

    func run() -> Outcome {
        do throws(LedgerFailure) {
            // Opened anew for each: no key is held longer than its epoch, and what others wrote is known.
            if try folder.hasUnsealed() {
                var writer = try LedgerWriter.open(folder, limits: limits, clock: clock)
                return Outcome(hasMore: try writer.sealSegments(most: 1) > 0)
            }
            guard let retention, try folder.hasDue(retention.days, at: clock()) else { return Outcome() }
            var writer = try LedgerWriter.open(folder, limits: limits, clock: clock)
            let outcome = try writer.retain(days: retention.days, archive: retention.archive, most: 1)
            return Outcome(hasMore: !outcome.deleted.isEmpty, words: outcome.held)
        } catch { return Outcome(words: "the ledger's old segments cannot be kept in order: \(error)") }
    }
}

extension LedgerFolder {
    /// Whether a segment that is no longer written to is not sealed.
    func hasUnsealed() throws(LedgerFailure) -> Bool {
        try contents().segments.filter { $0.value.contains(.lines) }.count > 1
    }

    /// Whether the oldest records that are still there, or what an interrupted deletion left, are to be deleted.
    func hasDue(_ days: Int, at time: LedgerTime) throws(LedgerFailure) -> Bool {
        let segments = try contents().segments
        let isUnfinished = segments.values.contains { $0.contains(.kept) && $0.contains(.frames) }
        guard let first = segments.filter({ $0.value.contains(.sealedLines) }).keys.min() else { return isUnfinished }
        let newest = try lastCheckpoint(of: first)?.checkpoint.time
        return isUnfinished
            || newest.map { RetentionLeaf.isDue($0, days: RetentionLeaf.declared(days), at: time) } ?? false
    }
}

extension LedgerWriter {
    /// Begins to keep the ledger that is written to, by the same limits and the same clock.
    public func keeper(retention: LedgerRetention? = nil, pauseMilliseconds: Int = 30_000) -> LedgerKeeper {
        LedgerKeeper(
            folder, retention: retention, limits: limits, pauseMilliseconds: pauseMilliseconds, clock: clock)
    }
}
