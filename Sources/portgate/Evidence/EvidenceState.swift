import Gate
import Ledger

/// Where the commands about evidence find the ledger.
struct EvidenceState: Sendable {
    /// `--state-dir`.
    var directory: String?

    /// The state directory: as said, else by the environment, else the standard one.
    func path(_ console: Console) -> String {
        StateDirectory(path: directory ?? console.environment("PORTGATE_STATE_DIR") ?? "").path
    }

    /// The ledger in it.
    func ledger(_ console: Console) -> LedgerFolder { LedgerFolder("\(path(console))/ledger") }
}
