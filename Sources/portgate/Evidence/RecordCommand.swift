import Gate
import Glibc
import Host
import Ledger
import Policy
import Recorder

/// `portgate record`: keeps a record of every access to a gated port.
struct RecordCommand: Command {
    static let name = "record"
    static let summary = "record every access to a gated port in the ledger, until told to stop"
    static let details = """
        Listens to what the gate's rules log (NFLOG) and to the ends of connections (conntrack) in this network namespace, and \
        writes one record for each connection that is allowed or refused, one when it ends, and one when it is revoked. Records \
        are durable and signed within a second. What is lost is recorded too: gaps in the kernel's numbers, counters that say \
        more than the records, steps of the clock, and the times in which nobody was recording.

        It runs in the foreground until SIGTERM or SIGINT; the unit portgate-record.service keeps it running. --once ends when \
        nothing has come for a moment, --for after some seconds. The ledger of a host begins with the first record or change; \
        its anchor is printed then. docs/records.md tells what a record holds.

        While it runs, full segments are sealed, and those whose records are older than the 'retention' of the policy in force at the \
        start (90 days unless it says otherwise) are deleted behind a signed record; docs/ledger.md tells what stays of them.
        """
    static let exitCodes: [ExitCode] = [.clean, .usage, .incomplete]
    static let options: [CommandOption<Self>] = [
        .flag("once", help: "end when nothing has come for 300 ms") { $0.span = .once },
        .value("for", "DURATION", help: "end after so long, such as 60s or 5m") { settings, text throws(UsageError) in
            guard let seconds = DurationText.seconds(parsing: text), seconds > 0 else {
                throw UsageError("--for '\(text)' is no length of time, such as 60s or 5m")
            }
            settings.span = .seconds(Double(seconds))
        },
        .value(
            "group", "NUMBER", repeatable: true,
            help: "listen to this NFLOG group (else that of the policy in force, else 77)"
        ) {
            settings, text throws(UsageError) in
            guard let group = UInt16(text) else {
                throw UsageError("--group '\(text)' is not a number from 0 to 65535")
            }
            settings.groups.append(group)
        },
        .value(
            "archive", "PROGRAM",
            help: "run PROGRAM with the files of a segment before its records are deleted; if it fails they stay"
        ) { settings, text throws(UsageError) in
            guard text.hasPrefix("/") else { throw UsageError("--archive '\(text)' is not a path from the root") }
            settings.archive = text
        },
        .flag("keep-all", help: "delete no records, whatever the policy's retention says") { $0.keepsAll = true },
        .flag("to-output", help: "write the records to standard output and not to the ledger") { $0.isToOutput = true },
        .stateDirectory("keep the ledger in DIR/ledger") { $0.state.directory = $1 },
    ]

    private var state = EvidenceState()
    private var span = RecorderSpan.untilStopped
    private var groups: [UInt16] = []
    private var isToOutput = false
    private var archive: String?
    private var keepsAll = false

    init() {}

    func run(_ console: Console) throws -> ExitCode {
        let directory = StateDirectory(path: state.path(console))
        var sources = RecordingSources(directory) { console.say("portgate: \($0)") }
        let clock = RecorderClock.now
        let context = sources.refresh(at: clock) ?? RecordContext()
        var random = SystemRandomNumberGenerator()
        let pool = HandshakePool()
        pool.replace(sources.current?.ports ?? [])
        let recorder = Recorder(
            context: context, seed: HashSeed(random.next(), random.next()), clock: clock, handshakes: pool,
            interfaceName: InterfaceName.packed)
        var settings = RecorderLoopSettings(
            groups: groups.isEmpty ? [sources.current?.defaults.logGroup ?? 77] : groups)
        settings.bootID = try HostIdentity.current().boot
        do {
            // Blocked before anything is opened: whoever asks to stop now is heard by the loop.
            let stop = try StopSignals()
            var loop = try RecorderLoop(recorder: recorder, settings: settings)
            let groups = settings.groups.map { "\($0)" }.joined(separator: ", ")
            var words: String? = "recording group\(settings.groups.count == 1 ? "" : "s") \(groups)"
            var beat = RecordingBeat()
            let tick: (inout Recorder, RecorderClock) -> Void = { recorder, now in
                // By now the record of the start is durable.
                if let said = words { console.say(said) }
                words = nil
                if let context = sources.refresh(at: now) {
                    recorder.replace(context)
                    pool.replace(sources.current?.ports ?? [])
                }
                if beat.isDueForCounts(now) { recorder.reconcile(sources.counts(), at: now) }
            }
            if isToOutput {
                var sink = OutputSink(console: console)
                try loop.run(into: &sink, for: span, stop: stop.descriptor, tick: tick)
            } else {
                let writer = try ChangeJournal.ledger(of: directory) { console.say($0) }
                var sink = LedgerSink(writer, retention: retention(of: sources.current)) {
                    console.say("portgate: \($0)")
                }
                try loop.run(into: &sink, for: span, stop: stop.descriptor, tick: tick)
                sink.seal()
            }
        } catch let error as RecorderLoopFailure<LedgerFailure> {
            throw CommandFailure(.incomplete, "\(error)")
        } catch let error as RecorderLoopFailure<ConsoleError> {
            throw CommandFailure(.incomplete, "\(error)")
        } catch let error as HostError {
            throw CommandFailure(.incomplete, error.description)
        } catch let error as LedgerFailure {
            throw CommandFailure(.incomplete, error.description)
        }
        return .clean
    }

    /// How long records are kept; without a policy nothing is deleted.
    private func retention(of policy: Policy?) -> LedgerRetention? {
        guard let policy, !keepsAll else { return nil }
        return LedgerRetention(
            days: policy.defaults.retentionDays, archive: archive.map { ArchiveCommand(path: $0) })
    }
}

/// Writes the recorder's lines to standard output.
private struct OutputSink: RecordSink {
    let console: Console

    mutating func write(_ lines: Span<UInt8>, count: Int) throws(ConsoleError) {
        try console.write(lines.withUnsafeBufferPointer { Array($0) })
    }

    mutating func commit() throws(ConsoleError) {}
}

/// What is due now and then.
private struct RecordingBeat {
    private var nextCounts: Int64 = 0

    /// Whether the counters are to be read: every five seconds.
    mutating func isDueForCounts(_ now: RecorderClock) -> Bool {
        guard now.boottime >= nextCounts else { return false }
        nextCounts = now.boottime + 5_000_000_000
        return true
    }
}
