import Gate
import Host
import JSON
import Ledger
import Policy
import Witness

/// `portgate verify`: whether the ledger is what was written.
struct VerifyCommand: PublishingCommand {
    static let name = "verify"
    static let summary = "prove that the ledger is what was written, or name the first record that is not"
    static let details = """
        Computes everything anew: the hash of every record, the root at every checkpoint, the chain of the checkpoints, and \
        the signatures, beginning with the anchor that 'portgate keys init' printed. Without --anchor the one in the ledger's \
        own folder is taken, which proves less: whoever can exchange the ledger can exchange that one too.

        What an intact ledger was is remembered in 'verified' of the state directory: one that is shorter or another at the \
        next look was rolled back. DIR is the ledger's folder, or a copy of it; of a copy nothing is remembered unless \
        --memory says where, and its end may be of any time.

        A witness on another host (docs/witness.md) remembers what this one may forget. --witness KEY --cosigned FILE checks its \
        signature on the checkpoint in FILE, and that this ledger contains it; both may be given several times. Fetch FILE from \
        the witness: URL/logs/ID/checkpoint.

        Exit code 0: every record is proven; 6: the evidence is broken, and what is proven is said; 3: the ledger could not be \
        read, or a crash left it unfinished.

        --stock SEGMENT prints a script that checks a sealed segment without portgate, by sha256sum, ssh-keygen and openssl.
        """
    static let exitCodes: [ExitCode] = [.clean, .usage, .incomplete, .evidenceBroken]
    static let formats: [OutputFormat] = [.text, .json]
    static let options: [CommandOption<Self>] = [
        .value("anchor", "KEY", help: "the key that the ledger begins with, as 'portgate keys init' printed it") {
            settings, text throws(UsageError) in
            guard let key = NoteKey(text) else {
                throw UsageError("--anchor '\(text)' is no key as 'portgate keys init' prints it")
            }
            settings.anchor = key
        },
        .value("memory", "FILE", completion: .paths, help: "remember in FILE what the ledger was") {
            settings, text throws(UsageError) in
            guard !text.isEmpty else { throw UsageError("--memory names no file") }
            settings.memoryPath = text
        },
        .flag("no-memory", help: "neither compare with the last look nor remember this one") { $0.remembers = false },
        .value(
            "witness", "KEY", repeatable: true,
            help: "trust the witness with this key, as 'portgate-witness keys init' printed it"
        ) { settings, text throws(UsageError) in
            guard let key = CosignerKey(text) else {
                throw UsageError("--witness '\(text)' is no key as 'portgate-witness keys init' prints it")
            }
            settings.witnesses.keys.append(key)
        },
        .value(
            "cosigned", "FILE", repeatable: true, completion: .paths,
            help: "hold the ledger to the checkpoint in FILE, which a witness has signed"
        ) { settings, text throws(UsageError) in
            guard !text.isEmpty else { throw UsageError("--cosigned names no file") }
            settings.witnesses.files.append(text)
        },
        .value("witness-age", "SECONDS", help: "want what a witness has signed to be no older") {
            settings, text throws(UsageError) in
            guard let seconds = Int64(text), seconds > 0 else {
                throw UsageError("--witness-age '\(text)' is not a number of seconds from 1 on")
            }
            settings.witnesses.longestAge = seconds
        },
        .value(
            "stock", "SEGMENT",
            help: "print a script that checks a sealed segment, named by its first leaf, with stock tools"
        ) {
            settings, text throws(UsageError) in
            guard let segment = UInt64(text.prefix { $0 != "." }) else {
                throw UsageError("--stock '\(text)' is not the number of a leaf")
            }
            settings.stockSegment = segment
        },
        .stateDirectory("look at the ledger in DIR/ledger") { $0.state.directory = $1 }, outputOption,
    ]
    static let operands: Operands<Self> = .optional("DIR", completion: .paths) { settings, text throws(UsageError) in
        guard !text.isEmpty else { throw UsageError("an empty DIR names no ledger") }
        settings.path = text
    }

    var outputs: [OutputRequest] = []
    private var state = EvidenceState()
    private var path: String?
    private var anchor: NoteKey?
    private var memoryPath: String?
    private var remembers = true
    private var stockSegment: UInt64?
    private var witnesses = WitnessCheck()

    init() {}

    func validate() throws(UsageError) {
        if memoryPath != nil, !remembers { throw UsageError("--memory and --no-memory exclude each other") }
        guard witnesses.keys.isEmpty == witnesses.files.isEmpty else {
            throw UsageError("--witness and --cosigned go together")
        }
        if witnesses.longestAge != nil, witnesses.files.isEmpty {
            throw UsageError("--witness-age goes with --witness and --cosigned")
        }
        if stockSegment != nil, !outputs.isEmpty { throw UsageError("--stock prints a script, and takes no --output") }
    }

    func run(_ console: Console) throws -> ExitCode {
        let folder = path.map { LedgerFolder($0) } ?? state.ledger(console)
        let memoryPath = remembers ? memoryPath ?? (path == nil ? "\(state.path(console))/verified" : nil) : nil
        let memory = try memoryPath.flatMap { try remembered($0) }
        let witnessed: WitnessCheck.Outcome
        do throws(HostError) {
            let origin = anchor?.name ?? (try? folder.anchorKey())?.name
            witnessed = try witnesses.outcome(of: origin, now: .now)
        } catch { throw CommandFailure(.incomplete, error.description) }
        var verdict: LedgerVerdict
        do throws(LedgerFailure) {
            var verifier = LedgerVerifier(
                folder, anchor: anchor, memory: memory?.state, now: path == nil ? .now : nil)
            verifier.witnessed = witnessed.witnessed
            verdict = try verifier.verify()
            for finding in witnessed.findings { verdict.add(finding) }
            if let stockSegment { return try stock(stockSegment, folder, verdict, console) }
        } catch { throw CommandFailure(.incomplete, error.description) }
        if anchor == nil, verdict.provenSize != nil {
            console.say("note: the anchor was taken from the ledger's own folder; --anchor proves more")
        }
        try report(verdict, witnessed, console)
        guard verdict.isIntact else {
            return verdict.findings.allSatisfy { $0.kind == .unfinished } ? .incomplete : .evidenceBroken
        }
        if let memoryPath, let checkpoint = verdict.checkpoint {
            let state = LedgerVerifier.Memory(size: checkpoint.size, root: checkpoint.root)
            do throws(HostError) { try LedgerMemory(origin: verdict.origin, state: state).write(memoryPath) } catch {
                throw CommandFailure(.incomplete, "the ledger is intact, and cannot be remembered: \(error)")
            }
        }
        return .clean
    }

    private func remembered(_ path: String) throws(CommandFailure) -> LedgerMemory? {
        do throws(LedgerMemory.Failure) { return try LedgerMemory.read(path) } catch {
            switch error {
            case .system(let error): throw CommandFailure(.incomplete, error.description)
            case .malformed:
                throw CommandFailure(
                    .evidenceBroken, "\(path) does not say what the ledger was when it was last looked at",
                    help: "somebody changed it; --no-memory verifies without it")
            }
        }
    }

    private func report(_ verdict: LedgerVerdict, _ witnessed: WitnessCheck.Outcome, _ console: Console) throws {
        let findings = verdict.findings.map { Diagnostic.ledger($0) }
        try Publisher(requests: requests, console: console).publish { format, _ in
            guard format == .json else { return Array(text(verdict, findings, witnessed).utf8) }
            let isComplete = verdict.findings.allSatisfy { $0.kind != .unfinished }
            let members = json(verdict) + (witnesses.keys.isEmpty ? [] : [.init("witnesses", witnessed.json)])
            return GateDocument(command: Self.name, complete: isComplete, findings: findings, members: members).bytes
        }
    }

    private func text(
        _ verdict: LedgerVerdict, _ findings: [Diagnostic], _ witnessed: WitnessCheck.Outcome
    ) -> String {
        var lines: [String] = []
        for finding in findings {
            lines.append("\(finding.severity.rawValue): \(finding.message) [\(finding.code)]")
            lines += finding.notes.map { "  note: \($0.message)" }
        }
        lines += verdict.silences.map { "nobody was recording from \($0.lowerBound) to \($0.upperBound)" }
        lines += verdict.deleted.map { range in
            "records \(range.lowerBound) to \(range.upperBound &- 1) were deleted when their time was over, as a signed record says"
        }
        let size = verdict.provenSize ?? 0
        let proven = size == 1 ? "1 record is proven" : "\(size) records are proven"
        if let checkpoint = verdict.checkpoint {
            lines.append(
                "\(verdict.origin): \(proven), by checkpoint \(checkpoint.number) of \(checkpoint.time) in epoch \(checkpoint.epoch)"
            )
            lines.append("root \(checkpoint.root)")
        } else {
            lines.append("no record is proven")
        }
        lines += witnessed.text
        lines.append(verdict.isIntact ? "the ledger is what was written" : "the ledger is not proven beyond that")
        return lines.map { "\($0)\n" }.joined()
    }

    private static func range(_ leaves: Range<UInt64>) -> JSONValue {
        .members([
            "first": .number(Int64(clamping: leaves.lowerBound)), "end": .number(Int64(clamping: leaves.upperBound)),
        ])
    }

    private func json(_ verdict: LedgerVerdict) -> [JSONValue.Member] {
        let checkpoint = verdict.checkpoint.map { checkpoint in
            JSONValue.members([
                "number": .number(Int64(clamping: checkpoint.number)),
                "size": .number(Int64(clamping: checkpoint.size)),
                "root": .string(checkpoint.root.description), "time": .string(checkpoint.time.description),
                "epoch": .number(Int64(clamping: checkpoint.epoch)),
            ])
        }
        let silences = verdict.silences.map { range in
            JSONValue.members(["from": .string("\(range.lowerBound)"), "to": .string("\(range.upperBound)")])
        }
        return [
            .init("origin", .string(verdict.origin)), .init("intact", .bool(verdict.isIntact)),
            .init("proven", .number(Int64(clamping: verdict.provenSize ?? 0))),
            .init("checkpoint", checkpoint ?? .null),
            .init("recording", verdict.isRecording.map { .bool($0) } ?? .null), .init("silences", .array(silences)),
            .init("deleted", .array(verdict.deleted.map(Self.range))),
        ]
    }

    private func stock(
        _ segment: UInt64, _ folder: LedgerFolder, _ verdict: LedgerVerdict, _ console: Console
    ) throws(LedgerFailure) -> ExitCode {
        let script = try StockScript(folder, segment: segment, keys: verdict.epochKeys).text
        do throws(ConsoleError) { try console.write(script) } catch {
            throw .system(HostError("write", "standard output", reason: error.message))
        }
        return .clean
    }
}
