public import Drift
import Host
import Policy

/// Follows the changes of a kernel's ruleset and looks again after each, until it is told to stop.
public struct DriftWatch: Sendable {
    /// What is told.
    public enum News: Sendable {
        /// A look: what appeared and what went away since the one before, and the steps of the ruleset that led to it.
        case look(appeared: [DriftReport.Entry], gone: [DriftReport.Entry], steps: [RulesetStep], report: DriftReport)
        /// Events were lost; a look follows.
        case lost
    }

    /// Milliseconds for which changes are gathered before a look: a script makes many at once.
    private static let quiet: Int32 = 100
    /// Milliseconds after which a look is made though changes go on.
    private static let longest: Int64 = 500
    /// Milliseconds between looks when the ruleset does not change: sockets and settings announce nothing.
    private static let idle: Int64 = 60_000

    /// Bytes for events that were not taken yet.
    var room = RulesetEvents.room
    /// Makes a look.
    private let look: @Sendable (_ steps: [RulesetStep]) throws -> DriftReport

    /// Creates a watch.
    public init(look: @escaping @Sendable (_ steps: [RulesetStep]) throws -> DriftReport) { self.look = look }

    /// Watches until `isOver` says so; it is asked about once a second, and after every signal.
    public func run(
        isOver: () -> Bool, tell: (News) throws -> Void
    ) throws -> DriftReport {
        // Before the first look: what happens during it is not missed.
        var events = try RulesetEvents(room: room)
        var report = try look([])
        try tell(.look(appeared: report.entries, gone: [], steps: [], report: report))
        var last = BootClock.nanoseconds
        while !isOver() {
            let idleLeft = Self.idle - (BootClock.nanoseconds - last) / 1_000_000
            var steps: [RulesetStep] = []
            if events.wait(milliseconds: Int32(clamping: max(0, min(1_000, idleLeft)))) {
                steps = try gather(&events, tell)
            } else if idleLeft > 0 {
                continue
            }
            if isOver() { break }
            let next = try look(steps)
            last = BootClock.nanoseconds
            let (before, after) = (Self.told(report), Self.told(next))
            try tell(
                .look(
                    appeared: next.entries.filter { before[$0.id] != $0.finding.diagnostic.severity },
                    gone: report.entries.filter { after[$0.id] == nil }, steps: steps, report: next))
            report = next
        }
        return report
    }

    private static func told(_ report: DriftReport) -> [FindingID: Severity] {
        Dictionary(report.entries.map { ($0.id, $0.finding.diagnostic.severity) }) { first, _ in first }
    }

    /// Takes the events that come until it is quiet for a moment.
    private func gather(_ events: inout RulesetEvents, _ tell: (News) throws -> Void) throws -> [RulesetStep] {
        let start = BootClock.nanoseconds
        var steps: [RulesetStep] = []
        repeat {
            for event in try events.take() {
                switch event {
                case .step(let step): steps.append(step)
                case .lost: try tell(.lost)
                }
            }
        } while (BootClock.nanoseconds - start) / 1_000_000 < Self.longest && events.wait(milliseconds: Self.quiet)
        return steps
    }
}
