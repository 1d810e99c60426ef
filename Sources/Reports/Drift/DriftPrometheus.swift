public import Drift
import Policy

/// A look at a host as metrics in the text format of Prometheus, for node_exporter's textfile collector.
public enum DriftPrometheus {
    /// Renders a report. Every kind and severity has a line, so that a count that falls to zero is seen.
    public static func render(_ report: DriftReport) -> [UInt8] {
        var text = """
            # HELP portgate_drift_findings Findings of the last look that nothing passes over.
            # TYPE portgate_drift_findings gauge

            """
        for kind in DriftFinding.Kind.allCases {
            for severity in Severity.allCases.reversed() {
                let count = report.entries.count {
                    $0.finding.kind == kind && $0.finding.diagnostic.severity == severity
                }
                text +=
                    "portgate_drift_findings{kind=\"\(kind.rawValue)\",severity=\"\(severity.rawValue)\"} \(count)\n"
            }
        }
        text += metric("ignored", "Findings of the last look that an ignore passes over.", "\(report.ignored.count)")
        text += metric(
            "complete", "Whether the last look saw everything it was to look at.", report.isComplete ? "1" : "0")
        text += metric(
            "last_run_timestamp_seconds", "When the last look was made, by the host's clock.", "\(report.at.seconds)")
        if let generation = report.facts.generation {
            text += metric("generation", "The generation that was applied last.", "\(generation)")
        }
        return Array(text.utf8)
    }

    private static func metric(_ name: String, _ help: String, _ value: String) -> String {
        """
        # HELP portgate_drift_\(name) \(help)
        # TYPE portgate_drift_\(name) gauge
        portgate_drift_\(name) \(value)

        """
    }
}
