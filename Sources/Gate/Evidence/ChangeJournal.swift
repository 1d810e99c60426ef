import Glibc
import Host
public import JSON
public import Ledger

/// Writes into the ledger what is about to be changed, and what came of it: no ledger, no change.
public struct ChangeJournal: ~Copyable {
    /// What a change is, for the record.
    public struct Change: Sendable {
        /// What is done: apply, rollback, confirm, grant, revoke-grant.
        public let name: String
        /// Who does it.
        public let by: String
        /// What else there is to know.
        public let members: [JSONValue.Member]
        /// Files that belong to it, to be kept by their digests.
        public let texts: [[UInt8]]

        /// Describes a change; members whose value is nil are left out.
        public init(
            _ name: String, by: String, _ members: KeyValuePairs<String, JSONValue?> = [:], texts: [[UInt8]] = []
        ) {
            self.name = name
            self.by = by
            self.members = members.compactMap { key, value in value.map { JSONValue.Member(key, $0) } }
            self.texts = texts
        }
    }

    private let state: StateDirectory
    private let change: Change
    private var writer: LedgerWriter?
    private var intent: UInt64?

    /// Records what is about to be done, in the ledger of the state directory. The first change of a host begins it.
    ///
    /// - Parameters:
    ///   - isWithout: Whether the change is made though the ledger cannot take it; that is recorded when it can again.
    ///   - say: Takes words for whoever makes the change.
    /// - Throws: PG520; nothing may be changed then.
    public init(
        _ change: Change, in state: StateDirectory, without isWithout: Bool, say: (String) -> Void
    ) throws(GateFailure) {
        var writer: LedgerWriter?
        var intent: UInt64?
        do throws(LedgerFailure) {
            var opened = try Self.ledger(of: state, say: say)
            for text in change.texts { try Self.keep(text, in: state) }
            try Self.catchUp(state, &opened)
            try opened.append(Self.leaf("intent", change))
            if let checkpoint = try opened.commit() { intent = checkpoint.size - 1 }
            writer = consume opened
        } catch {
            guard isWithout else { throw .ledgerUnusable(error.description) }
            say(
                "warning: the ledger does not take this change: \(error); it is made all the same (--without-ledger) [PG520]"
            )
            Self.remember(change, "made without the ledger: \(error)", in: state)
        }
        self.state = state
        self.change = change
        self.writer = writer
        self.intent = intent
    }

    /// Records what came of it. A ledger that does not take it any more is told of, and the outcome recorded later.
    public consuming func end(
        _ result: String, _ members: KeyValuePairs<String, JSONValue?> = [:], say: (String) -> Void
    ) {
        guard var writer = writer.take() else { return }
        let more = members.compactMap { key, value in value.map { JSONValue.Member(key, $0) } }
        let outcome = Change(
            name: change.name, by: change.by,
            members: [
                .init("intent", .number(Int64(clamping: intent ?? 0))), .init("result", .string(result)),
            ] + more)
        do throws(LedgerFailure) {
            try writer.append(Self.leaf("outcome", outcome))
            try writer.commit()
        } catch {
            say("warning: the change was made, and the ledger does not take its outcome: \(error) [PG520]")
            Self.remember(outcome, "the ledger did not take the outcome: \(error)", in: state)
        }
    }

    private static func leaf(_ action: String, _ change: Change) -> LedgerLeaf {
        LedgerLeaf(
            time: .now, action: action,
            members: [.init("change", .string(change.name)), .init("by", .string(change.by))] + change.members)
    }

    /// Opens the ledger of a state directory; begins it on a host that never had one, and says its anchor.
    public static func ledger(
        of state: StateDirectory, say: (String) -> Void
    ) throws(LedgerFailure) -> LedgerWriter {
        let folder = LedgerFolder("\(state.path)/ledger")
        if !Files.exists(folder.path) {
            guard !Files.exists("\(state.path)/verified"), !Files.exists("\(folder.path).tip") else {
                throw .damaged(path: folder.path, reason: "is gone, and there was a ledger here")
            }
            let anchor = try folder.create(origin: LedgerFolder.usualOrigin())
            say(
                "the ledger of this host begins; keep its anchor where nobody who may change this host can change it: \(anchor)"
            )
        }
        return try LedgerWriter.open(folder)
    }

    // MARK: - What the ledger did not take

    private static func missedPath(_ state: StateDirectory) -> String { "\(state.path)/not-in-ledger" }

    /// Notes beside the ledger what it did not take.
    private static func remember(_ change: Change, _ reason: String, in state: StateDirectory) {
        let line =
            LedgerLeaf(
                time: .now, action: "change-without-ledger",
                members: [
                    .init("change", .string(change.name)), .init("by", .string(change.by)),
                    .init("reason", .string(reason)),
                ] + change.members
            ).bytes + [10]
        // Nothing more can be done when this cannot be written either; it was said on the terminal.
        let file = open(missedPath(state), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return }
        _ = write(file, line, line.count)
        fsync(file)
        close(file)
    }

    /// Brings into the ledger what it did not take before.
    private static func catchUp(_ state: StateDirectory, _ writer: inout LedgerWriter) throws(LedgerFailure) {
        let path = missedPath(state)
        guard let bytes = try? Files.readRegular(path, limit: 16 << 20), !bytes.isEmpty else { return }
        let lines = bytes.split(separator: 10).map { Array($0) }
        for line in lines where line.count < 1 << 20 {
            try line.span.bytes.withUnsafeBytes { bytes throws(LedgerFailure) in try writer.append(bytes) }
        }
        try writer.commit()
        do throws(HostError) { try Files.remove(path) } catch { throw .system(error) }
    }

    // MARK: - Texts

    /// Keeps a file by its digest, so that any record can be judged by the policy of its time.
    private static func keep(_ text: [UInt8], in state: StateDirectory) throws(LedgerFailure) {
        let folder = "\(state.path)/texts"
        let path = "\(folder)/\(MerkleHash(sha256: text))"
        guard !Files.exists(path) else { return }
        do throws(HostError) {
            try Files.makeFolder(folder)
            try Files.writeAtomically(path, text, mode: 0o600)
        } catch { throw .system(error) }
    }
}

extension ChangeJournal.Change {
    init(name: String, by: String, members: [JSONValue.Member]) {
        self.name = name
        self.by = by
        self.members = members
        texts = []
    }

    /// The change of a gate to another generation.
    public static func gate(_ change: GateChange, by: String, confirmWithin: Int?) -> Self {
        let name: String
        var target: Int?
        switch change.origin {
        case .apply: name = "apply"
        case .rollback(let number): (name, target) = ("rollback", number)
        case .noGate: name = "remove-gate"
        }
        let sources = change.sources.map { source in
            JSONValue.members([
                "path": .string(source.path), "sha256": .string(MerkleHash(sha256: source.bytes).description),
            ])
        }
        return Self(
            name, by: by,
            [
                "policy": .string(change.policyName), "policy_digest": .string(change.policyDigest),
                "ruleset_digest": .string(change.rulesetDigest), "sources": .array(sources),
                "returned_to": target.map { .number(Int64($0)) },
                "confirm_within_seconds": confirmWithin.map { .number(Int64($0)) },
                "proved": change.isProved.map { .bool($0) },
            ], texts: change.sources.map(\.bytes))
    }
}

extension GateFailure {
    /// PG520.
    static func ledgerUnusable(_ reason: String) -> GateFailure {
        GateFailure(
            "PG520", .refused, "the ledger does not take this change: \(reason)",
            notes: [
                "nothing was changed; --without-ledger changes it all the same, which is recorded when the ledger is back"
            ])
    }
}
