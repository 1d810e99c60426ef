public import Ledger

/// How sinks are run.
public struct SinkSettings: Sendable {
    /// The ledger that is delivered.
    public var ledger: LedgerFolder
    /// The folder of the cursors.
    public var cursors: String
    /// The most that one connection, one batch or one confirmation may take, in milliseconds; with ``once``, the whole.
    public var timeoutMilliseconds: Int64 = 10_000
    /// Whether to end when everything is delivered that was in the ledger at the start.
    public var once = false
    /// The name that records carry as their host's.
    public var host = LedgerFolder.hostName

    /// Takes the standard settings for a state directory.
    public init(state: String) {
        ledger = LedgerFolder("\(state)/ledger")
        cursors = "\(state)/cursors"
    }
}
