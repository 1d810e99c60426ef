import Ledger

/// How a ledger is submitted.
struct SubmitSettings: Sendable {
    /// The ledger.
    let ledger: LedgerFolder
    /// The folder of what witnesses signed.
    let folder: String
    /// How often it is submitted.
    var intervalSeconds: Int64 = 60
    /// The most that one request takes; with ``once``, the whole.
    var timeoutMilliseconds: Int64 = 10_000
    /// Whether to end when every witness has signed what the ledger was at the start.
    var once = false
    /// The PEM file that certificates are verified against; nil for the system's authorities.
    var authorities: String?

    /// Takes the standard settings for a state directory.
    init(state: String) {
        ledger = LedgerFolder("\(state)/ledger")
        folder = "\(state)/witness"
    }
}
