public import Ledger
import Synchronization

/// Answers requests, from any number of threads. What a signature says is on the disk before the signature is given out, and one request
/// after the other is decided, so that no two say different things.
public final class WitnessService {
    /// The witness's key.
    public var key: CosignerKey { cosigner.key }

    private let cosigner: Cosigner
    private let store: WitnessStore
    private let logs: Mutex<[String: WitnessedLog]>
    private let clock: @Sendable () -> LedgerTime
    private let say: @Sendable (String) -> Void

    /// Takes up what the files tell of the logs.
    ///
    /// - Parameters:
    ///   - anchors: The keys with which logs begin.
    ///   - say: Is told what an operator should know, a line at a time.
    public init(
        _ store: WitnessStore, anchors: [NoteKey], clock: @escaping @Sendable () -> LedgerTime,
        say: @escaping @Sendable (String) -> Void
    ) throws(WitnessFailure) {
        let cosigner = try store.cosigner()
        var logs: [String: WitnessedLog] = [:]
        for anchor in anchors { logs[anchor.name] = try store.log(anchor, signedBy: cosigner.key) }
        self.cosigner = cosigner
        self.store = store
        self.logs = Mutex(logs)
        self.clock = clock
        self.say = say
    }

    /// Answers a request.
    ///
    /// - Parameter path: As the client wrote it, without a query.
    public func answer(_ method: String, _ path: String, _ body: [UInt8]) -> WitnessAnswer {
        switch path {
        case "/add-checkpoint", "/add-key":
            guard method == "POST" else { return Self.wrongMethod("POST") }
            do throws(Refusal) {
                return try path == "/add-key" ? addKey(body) : addCheckpoint(body)
            } catch {
                return WitnessAnswer(error)
            }
        default:
            let answer = page(path)
            guard answer.status == 404 || method == "GET" || method == "HEAD" else {
                return Self.wrongMethod("GET, HEAD")
            }
            return answer
        }
    }

    private static func wrongMethod(_ allowed: String) -> WitnessAnswer {
        WitnessAnswer(status: 405, "this path is asked by \(allowed)", allow: allowed)
    }

    // MARK: - Signing

    private func addCheckpoint(_ body: [UInt8]) throws(Refusal) -> WitnessAnswer {
        let request: AddCheckpointRequest
        do throws(RequestFailure) { request = try AddCheckpointRequest(body) } catch { throw .malformed(error) }
        return try sign(request.note, request.checkpoint) { log throws(Refusal) in try log.adding(request) }
    }

    private func addKey(_ body: [UInt8]) throws(Refusal) -> WitnessAnswer {
        let request: AddKeyRequest
        do throws(RequestFailure) { request = try AddKeyRequest(body) } catch { throw .malformed(error) }
        return try sign(request.note, request.checkpoint) { log throws(Refusal) in try log.adding(request) }
    }

    private func sign(
        _ note: SignedNote, _ checkpoint: Checkpoint, _ next: (WitnessedLog) throws(Refusal) -> WitnessedLog
    ) throws(Refusal) -> WitnessAnswer {
        let outcome: Result<WitnessAnswer, Refusal> = logs.withLock { logs in
            do throws(Refusal) {
                guard let log = logs[checkpoint.origin] else { throw .unknownLog(checkpoint.origin) }
                var state = try next(log)
                let signature = cosigner.cosign(note.text, at: clock().seconds(since: LedgerTime(microseconds: 0)))
                // Whatever else the client put behind the text is not handed on.
                state.cosigned = note.keeping([log.key, state.key]).adding(signature)
                do throws(WitnessFailure) { try store.keep(state) } catch {
                    say("nothing is signed: \(error)")
                    return .success(WitnessAnswer(status: 500, "what would be signed cannot be kept; try again later"))
                }
                logs[checkpoint.origin] = state
                return .success(WitnessAnswer(status: 200, signature.line))
            } catch {
                if case .fork = error { say("'\(checkpoint.origin)' shows two trees: \(error)") }
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    // MARK: - Looking

    private func page(_ path: String) -> WitnessAnswer {
        if path == "/key" { return WitnessAnswer(status: 200, "\(key)") }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard parts.first == "logs", parts.count <= 3, parts.count < 3 || parts.last == "checkpoint" else {
            return WitnessAnswer(
                status: 404, "there is /add-checkpoint, /add-key, /key, /logs, /logs/ID and /logs/ID/checkpoint")
        }
        let logs = logs.withLock { $0.values.sorted { $0.identifier < $1.identifier } }
        guard parts.count > 1 else {
            let lines = logs.map { "\($0.identifier) \($0.size) \($0.origin)\n" }
            return WitnessAnswer(status: 200, Array(lines.joined().utf8))
        }
        let identifier = String(parts[parts.startIndex + 1])
        guard let log = logs.first(where: { $0.identifier == identifier }) else {
            return WitnessAnswer(status: 404, "no log of this identifier is witnessed here")
        }
        guard parts.count == 3 else { return WitnessAnswer(status: 200, LogState(log).text) }
        guard let note = log.cosigned else {
            return WitnessAnswer(status: 404, "no checkpoint of '\(log.origin)' was signed yet")
        }
        return WitnessAnswer(status: 200, note.bytes)
    }
}

extension SignedNote {
    /// The note with one signature of each of these keys.
    fileprivate func keeping(_ keys: [NoteKey]) -> SignedNote {
        var left = Set(keys)
        return keeping { signature in
            let key = left.first { $0.name == signature.name && $0.identifier == signature.identifier }
            return key.map { left.remove($0) != nil } ?? false
        }
    }
}
