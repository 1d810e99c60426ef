import Glibc
import Host
import Ledger
import Witness

/// Tells one witness of a ledger, by one thread: asks where it stands, leads it there from step by step, checks what it signed, and keeps
/// that.
struct Submitter {
    private let address: WitnessAddress
    private let settings: SubmitSettings
    private let client: HTTPClient
    private let stop: StopFlag
    private var trail: CheckpointTrail
    /// What an operator should know though the witness signs; nil when there is nothing.
    private(set) var notice: String?

    /// The most steps of one round: 63 hashes each, so that a round ends.
    private static let mostSteps = 10_000

    init(_ address: WitnessAddress, _ settings: SubmitSettings, stop: StopFlag) {
        self.address = address
        self.settings = settings
        self.stop = stop
        client = HTTPClient(address.url, authorities: settings.authorities, stop: stop)
        trail = CheckpointTrail(settings.ledger)
    }

    private var path: String { "\(settings.folder)/\(address.fileName)" }

    /// Submits the ledger as it is now.
    ///
    /// - Parameter limit: In nanoseconds of ``BootClock``.
    /// - Returns: the size that the witness has signed.
    mutating func submit(until limit: Int64) throws(SubmissionFailure) -> UInt64 {
        guard let last = try onLedger({ () throws(LedgerFailure) in try trail.last() }) else {
            throw SubmissionFailure(
                "submit", settings.ledger.path, reason: "it has no checkpoint yet", advice: "it is tried again")
        }
        var state = try state(of: last.checkpoint.origin, until: limit)
        let before = kept()
        guard last.checkpoint.size >= state.size else {
            throw SubmissionFailure(
                "submit", settings.ledger.path,
                reason:
                    "the witness has seen \(state.size) records of it, and it has \(last.checkpoint.size): it was rolled back, or another ledger has its name",
                advice: "keep a copy of the folder, and look at 'portgate verify --witness'")
        }
        notice = before.flatMap { kept in
            kept.checkpoint.size <= state.size
                ? nil
                : "it knows \(state.size) records of this ledger, and has signed \(kept.checkpoint.size): it forgot what it saw"
        }
        for _ in 0..<Self.mostSteps {
            guard !stop.isRaised else { throw ended }
            let (size, key) = (state.size, state.key)
            let step = try onLedger { () throws(LedgerFailure) in try trail.step(after: size, trusting: key) }
            guard let step else {
                // Nothing new: the witness says once more that this is the last it has seen.
                if isKept(before, last.checkpoint), state.size == last.checkpoint.size { return state.size }
                let body = AddCheckpointRequest.body(oldSize: state.size, [], last.note)
                let answer = try client.ask("/add-checkpoint", posting: body, within: left(until: limit))
                try take(answer, last.note)
                return state.size
            }
            let body: [UInt8]
            if let rotation = step.rotation {
                body = AddKeyRequest.body(step, rotation)
            } else {
                body = AddCheckpointRequest.body(step)
            }
            let answer = try client.ask(
                step.rotation == nil ? "/add-checkpoint" : "/add-key", posting: body, within: left(until: limit))
            try take(answer, step.note)
            state = LogState(
                size: step.checkpoint.size, root: step.checkpoint.root, key: step.rotation?.key ?? state.key)
            if step.checkpoint.size >= last.checkpoint.size, step.rotation == nil { return state.size }
        }
        throw ended
    }

    private var ended: SubmissionFailure {
        SubmissionFailure(
            "submit to", address.url, reason: "an end was asked for", advice: "it goes on at the next start")
    }

    private func left(until limit: Int64) -> Int64 {
        let (left, overflows) = limit.subtractingReportingOverflow(BootClock.nanoseconds)
        return overflows ? settings.timeoutMilliseconds : min(settings.timeoutMilliseconds, left / 1_000_000)
    }

    private func onLedger<Value>(_ body: () throws(LedgerFailure) -> Value) throws(SubmissionFailure) -> Value {
        do throws(LedgerFailure) { return try body() } catch {
            throw SubmissionFailure(
                "read the ledger", settings.ledger.path, reason: "\(error)", advice: "it is tried again")
        }
    }

    // MARK: - What the witness says

    private func state(of origin: String, until limit: Int64) throws(SubmissionFailure) -> LogState {
        let path = "/logs/\(WitnessedLog.identifier(of: origin))"
        let answer = try client.ask(path, within: left(until: limit))
        guard answer.status == 200 else {
            throw SubmissionFailure(
                "submit to", address.url, reason: told(answer),
                advice: "start the witness with --log and the anchor that 'portgate keys show' prints here")
        }
        guard let state = LogState(answer.body), state.key.name == origin else {
            throw SubmissionFailure(
                "submit to", address.url, reason: "what it answers is not where a witness stands with a log",
                advice: "look whether portgate-witness runs there")
        }
        return state
    }

    /// Checks a cosignature, and keeps it with its checkpoint.
    private func take(_ answer: HTTPClient.Answer, _ note: SignedNote) throws(SubmissionFailure) {
        guard answer.status == 200 else {
            throw SubmissionFailure("have signed by", address.url, reason: told(answer), advice: advice(answer.status))
        }
        let bytes = note.bytes + answer.body
        do throws(CosignedCheckpoint.Failure) {
            let cosigned = try CosignedCheckpoint(bytes, by: address.key)
            guard cosigned.note.text == note.text else { throw .checkpoint }
        } catch {
            throw SubmissionFailure(
                "have signed by", address.url, reason: "the answer \(error)",
                advice: "look whether --witness-key is the key that the witness prints: portgate-witness keys show")
        }
        do throws(HostError) {
            try Files.makeFolder(settings.folder)
            try Files.writeAtomically(path, bytes, mode: 0o600)
        } catch { throw SubmissionFailure(error) }
    }

    private func advice(_ status: Int) -> String {
        switch status {
        case 409, 422:
            "the witness has seen another history of this log, unless somebody else submits it too; 'portgate verify --witness' compares both"
        case 403: "the witness follows another key than this ledger's: two ledgers have one name, or one was forked"
        default: "look at the witness's messages"
        }
    }

    /// What an answer says, as far as it can be shown.
    private func told(_ answer: HTTPClient.Answer) -> String {
        let text = answer.body.prefix(300).map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: " ") }
        return "it answers \(answer.status): \(String(decoding: text, as: UTF8.self))"
    }

    // MARK: - What is kept

    private func kept() -> CosignedCheckpoint? {
        guard let bytes = try? Files.readRegular(path, limit: 2 * SignedNote.mostBytes) else { return nil }
        return try? CosignedCheckpoint(bytes, by: address.key)
    }

    /// Whether what is kept is of this checkpoint, and not older than an interval.
    private func isKept(_ kept: CosignedCheckpoint?, _ checkpoint: LedgerCheckpoint) -> Bool {
        guard let kept, kept.checkpoint.size == checkpoint.size, kept.checkpoint.root == checkpoint.root else {
            return false
        }
        let age = LedgerTime.now.seconds(since: kept.cosignature.time)
        return (0..<settings.intervalSeconds).contains(age)
    }
}
