/// A format that records are exported in.
public enum ExportFormat: String, Sendable, CaseIterable {
    /// OCSF 1.9.0 events of the class Network Activity, one JSON object a line.
    case ocsf
    /// Documents in the Elastic Common Schema 8, one JSON object a line.
    case ecs
    /// A table with a header, as RFC 4180 quotes it.
    case csv
    /// ArcSight's Common Event Format, version 0.
    case cef
    /// The fields of the audit template, one JSON object a line.
    case template
}
