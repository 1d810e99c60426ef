/// What shows that a new connection gets in under the new rules.
public enum ConfirmationProof: Hashable, Sendable {
    /// The SSH connection that the confirmation comes over; nil when there is none.
    case connection(ConfirmingConnection?)
    /// Nothing: somebody at a console says so.
    case console(ConfirmingConnection?)

    /// Makes sure of it, for rules that judge since a moment of the boot clock. Over SSH the connection has to be newer, whatever
    /// is said.
    func check(since moment: Int64) throws(GateFailure) {
        switch self {
        case .connection(let connection?), .console(let connection?): try connection.requireNewer(than: moment)
        case .connection(nil): throw .noConnection()
        case .console(nil): return
        }
    }
}
