import Drift
import Gate
import Glibc
import Host
import Policy
import Reports

/// Whether a signal asked the watch to end.
// A signal's handler reaches nothing but a global; it is only ever set, by this one thread.
nonisolated(unsafe) private var isInterrupted: sig_atomic_t = 0

extension DriftCommand {
    /// Watches until a signal or the time stated, and tells what appears and what goes away.
    func watch(
        _ console: Console, _ look: @escaping @Sendable ([RulesetStep]) throws -> DriftReport
    ) throws -> ExitCode {
        // Whoever started this may have blocked them.
        var ends = sigset_t()
        sigemptyset(&ends)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { _ in isInterrupted = 1 }
            sigaddset(&ends, number)
        }
        sigprocmask(SIG_UNBLOCK, &ends, nil)
        let end = watchSeconds.map { BootClock.moment(after: .seconds($0)) }
        let isJSON = requests.contains { $0.format == .json }
        let report = try DriftWatch(look: look).run {
            isInterrupted != 0 || end.map { BootClock.nanoseconds >= $0 } ?? false
        } tell: { news in
            switch news {
            case .lost:
                if isJSON {
                    try console.write(DriftJSON.line("lost", nil, in: nil))
                } else {
                    try console.write("events were lost: the kernel had no more room for them; looking again\n")
                }
            case .look(let appeared, let gone, let steps, let report):
                if isJSON {
                    for entry in gone { try console.write(DriftJSON.line("gone", entry, in: report)) }
                    for entry in appeared { try console.write(DriftJSON.line("appeared", entry, in: report)) }
                    return
                }
                if !appeared.isEmpty || !gone.isEmpty {
                    for step in steps.suffix(Self.mostSteps) { try console.write("\(report.at.rfc3339) \(step)\n") }
                    if steps.count > Self.mostSteps {
                        try console.write("  and \(steps.count - Self.mostSteps) steps before these\n")
                    }
                }
                for entry in gone { try console.write(DriftText.line("-", entry)) }
                for entry in appeared { try console.write(DriftText.line("+", entry)) }
            }
        }
        return Self.exit(report)
    }

    private static let mostSteps = 10
}
