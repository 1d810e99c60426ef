public import Ledger
public import Recorder

/// Hands the recorder's lines to the ledger, and keeps them while the ledger does not take them.
public struct LedgerSink: RecordSink, ~Copyable {
    /// Why the ledger took no more lines.
    public typealias Failure = LedgerFailure

    private var writer: LedgerWriter
    private let mostPending: Int
    private let say: (String) -> Void
    /// Seals and deletes old segments meanwhile.
    private let keeper: LedgerKeeper
    /// What was last said of the ledger, so that the same is said once.
    private var complaint: LedgerFailure?
    /// Whether the last commit was made durable.
    public private(set) var isDurable = false

    /// Hands lines to a ledger, which is kept meanwhile: closed segments are sealed, those whose time is over are deleted, and room is
    /// reserved for the day on which the disk is full.
    ///
    /// - Parameters:
    ///   - retention: How long records are kept; nil keeps all.
    ///   - mostPending: Bytes of lines that may wait while the ledger takes none; more end the recorder, which the next start records.
    ///   - say: Takes words for the operator.
    public init(
        _ writer: consuming LedgerWriter, retention: LedgerRetention? = nil, mostPending: Int = 64 << 20,
        say: @escaping (String) -> Void
    ) {
        writer.watchRoom()
        keeper = writer.keeper(retention: retention)
        self.writer = writer
        self.mostPending = mostPending
        self.say = say
    }

    /// Takes whole lines.
    public mutating func write(_ lines: Span<UInt8>, count: Int) throws(LedgerFailure) {
        let result: Result<Void, LedgerFailure> = lines.withUnsafeBufferPointer { buffer in
            do throws(LedgerFailure) {
                try writer.append(lines: UnsafeRawBufferPointer(buffer))
                return .success(())
            } catch { return .failure(error) }
        }
        try result.get()
    }

    /// Makes what was written durable; a ledger that does not take it is tried again with the next lines.
    public mutating func commit() throws(LedgerFailure) {
        do throws(LedgerFailure) {
            try writer.commit()
            if complaint != nil { say("the ledger takes records again") }
            complaint = nil
            isDurable = true
        } catch {
            isDurable = false
            if complaint != error { say("the ledger takes no records, \(writer.pendingBytes) bytes wait: \(error)") }
            complaint = error
            guard writer.pendingBytes < mostPending else { throw error }
        }
        for words in keeper.words() { say(words) }
    }

    /// Ends the keeping, and seals what it has not sealed yet. One that is still at a segment is left to the next start.
    public mutating func seal() {
        let hasEnded = keeper.stop()
        for words in keeper.words() { say(words) }
        guard hasEnded else { return }
        do throws(LedgerFailure) { try writer.sealSegments() } catch { say("a segment cannot be sealed: \(error)") }
    }
}
