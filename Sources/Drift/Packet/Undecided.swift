/// Why a question about packets stays undecided; never taken for an answer.
enum Undecided: Error, Hashable {
    /// A quantity is asked for in a form that nobody announced: an inconsistency of the judge itself.
    case notDemanded(Quantity)
    /// A chain leads back to itself, which no kernel accepts.
    case loop(chain: String)
}
