public import Compiler
public import Policy

/// Decides access attempts by real packets: the policy's table is loaded into a fresh network namespace, the first packet of
/// each attempt is sent, and what reaches the host's sockets is the verdict.
///
/// Every packet is sent twice. The first round has no table loaded: a packet that does not arrive then could not be tried at
/// all and is reported so, whatever the kernel's reason. The second round is judged.
///
/// The kernel's clock cannot be set for a namespace. Instead the table is compiled for each moment with all its instants
/// shifted, so that the present second stands for the attempt's, and the packets are sent within that second.
public struct KernelTrial: Sendable {
    private let worker: NftWorker
    private let accounts: AccountDatabase
    private let horizonDays: Int

    /// Creates a trial.
    ///
    /// - Parameters:
    ///   - worker: loads the compiled table.
    ///   - accounts: resolves the users and groups of process identities.
    ///   - horizonDays: days of window openings compiled after each attempt's time.
    public init(worker: NftWorker = NftWorker(), accounts: AccountDatabase = .none, horizonDays: Int = 400) {
        self.worker = worker
        self.accounts = accounts
        self.horizonDays = horizonDays
    }

    /// Asks the kernel about attempts; the outcomes stand in their order.
    ///
    /// Takes a few milliseconds, as long again for each distinct time, and some 20 µs an attempt. Makes and discards network
    /// namespaces; the calling thread stays in its own. Needs CAP_NET_ADMIN and CAP_SYS_ADMIN, which `unshare -rn` gives too.
    public func decide(_ attempts: [AccessAttempt], by policy: Policy) throws(KernelTrialError) -> [TrialOutcome] {
        var outcomes = [TrialOutcome?](repeating: nil, count: attempts.count)
        let ruleset = TrialRuleset(policy: policy, worker: worker, accounts: accounts, horizonDays: horizonDays)
        for batch in batches(of: attempts, by: Decider(policy), outcomes: &outcomes) {
            let decided = NamespaceThread.runInFreshNamespace { () -> Result<[(Int, TrialOutcome)], KernelTrialError> in
                do throws(KernelTrialError) {
                    var session = try TrialSession(batch, avoiding: Set(attempts.map(\.source)))
                    return .success(try session.decide(by: ruleset))
                } catch {
                    return .failure(error)
                }
            }
            for (index, outcome) in try decided.get() { outcomes[index] = outcome }
        }
        return outcomes.map { $0 ?? .cannotBeSent(.martianSource) }
    }

    // As many attempts share a namespace as keep its connection table small.
    private static let batchSize = 2_000

    /// Sorts attempts into those that share a namespace, and settles those of which no packet can be made.
    ///
    /// An address is either the host's own or somebody else's: attempts of this host to itself from other than loopback
    /// addresses have namespaces of their own.
    private func batches(
        of attempts: [AccessAttempt], by decider: Decider, outcomes: inout [TrialOutcome?]
    ) -> [[TrialSession.Attempt]] {
        var shared: [TrialSession.Attempt] = []
        var own: [TrialSession.Attempt] = []
        for (index, attempt) in attempts.enumerated() {
            if attempt.isOwn {
                guard let owner = TrialOwner.find(for: attempt, by: decider, accounts: accounts) else {
                    outcomes[index] = .cannotBeSent(.identities)
                    continue
                }
                let sorted = TrialSession.Attempt(index: index, attempt: attempt, owner: owner)
                if attempt.source.isLoopback { shared.append(sorted) } else { own.append(sorted) }
                continue
            }
            // From outside a packet proves nothing but its addresses.
            var made = attempt
            made.identities = []
            if decider.decide(made).verdict == decider.decide(attempt).verdict {
                shared.append(TrialSession.Attempt(index: index, attempt: made, owner: nil))
            } else {
                outcomes[index] = .cannotBeSent(.remoteIdentity)
            }
        }
        return [shared, own].flatMap { group in
            stride(from: 0, to: group.count, by: Self.batchSize).map { start in
                Array(group[start..<min(start + Self.batchSize, group.count)])
            }
        }
    }
}
