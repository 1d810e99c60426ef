import Drift
import Reports

extension CommandOption {
    /// `--no-proof`.
    static func noProof(_ set: @escaping @Sendable (inout Settings) -> Void) -> Self {
        .flag("no-proof", help: "do not prove that the rendered table lets in exactly what the policy allows", set: set)
    }
}

extension RenderingProof {
    /// Makes sure that the table is equal to the policy: what differs goes to standard error and ends the command.
    func require(_ path: String, _ console: Console) throws {
        let findings = findings()
        guard !findings.isEmpty else { return }
        console.say(bytes: TextReport.findings(findings, in: sources))
        throw CommandFailure(.findings, "the rendering of '\(path)' is not proved, so nothing is given out or loaded")
    }
}
