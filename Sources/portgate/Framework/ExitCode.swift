/// What a command's exit status says; the same table for every command.
enum ExitCode: Int32, Sendable, CaseIterable {
    /// Looked at everything, found nothing wrong.
    case clean = 0
    /// Looked at everything, found something.
    case findings = 1
    /// The command line was wrong, or an input could not be read.
    case usage = 2
    /// The look could not be completed.
    case incomplete = 3
    /// Refused for safety; nothing was changed.
    case refused = 4
    /// Applied, then rolled back.
    case rolledBack = 5
    /// Evidence is broken.
    case evidenceBroken = 6

    /// What it means, for help and reference.
    var meaning: String {
        switch self {
        case .clean: "clean"
        case .findings: "findings"
        case .usage: "usage or unreadable input"
        case .incomplete: "could not complete the look"
        case .refused: "refused for safety"
        case .rolledBack: "applied, then rolled back"
        case .evidenceBroken: "evidence broken"
        }
    }
}
