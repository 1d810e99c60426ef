import PacketSpace

/// Why a question about packets stays undecided; never taken for an answer.
enum Undecided: Error, Hashable {
    /// A quantity is asked for in a form that nobody announced: an inconsistency of the judge itself.
    case notDemanded(Quantity)
    /// A chain leads back to itself, which no kernel accepts.
    case loop(chain: String)
    /// The rules ask for more different things than there are places for.
    case tooManyQuantities
}

extension Undecided {
    /// How many steps the diagrams of one family may take, some 50 ns each: rules can be made to need any number.
    static let mostSteps = 1_000_000_000

    /// Why a question stays undecided, in words.
    static func words(_ error: any Error) -> String {
        switch error {
        case let error as NodeBudgetExceeded:
            error.steps.map { "more than \($0) steps are needed" } ?? "more than \(error.budget) nodes are needed"
        case .notDemanded(let quantity) as Undecided: "\(quantity.name) was not announced, a mistake of the judge"
        case .loop(let chain) as Undecided: "chain \(chain) leads back to itself"
        case .tooManyQuantities as Undecided: "the rules ask for too many different things"
        default: "\(error)"
        }
    }
}
