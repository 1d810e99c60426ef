import Glibc
public import Policy

/// Decides access attempts by real packets: the policy's table is loaded into a fresh network namespace, the first packet of
/// each attempt is sent, and what reaches the host's sockets is the verdict.
///
/// Every packet is sent twice. The first round has no table loaded: a packet that does not arrive then could not be tried at
/// all and is reported so, whatever the kernel's reason. The second round is judged.
///
/// The kernel's clock cannot be set for a namespace. Instead the table is compiled for each moment with all its instants
/// shifted, so that the present second stands for the attempt's, and the packets are sent within that second.
public struct KernelTrial {
    /// Compiles a policy as text for nft. `now` is the moment of compiling, `clockOffset` is added to every instant rendered.
    public typealias Render = (_ policy: Policy, _ now: Instant, _ clockOffset: Int64) throws(KernelTrialError) ->
        [UInt8]
    /// Loads text for nft into the calling thread's network namespace.
    public typealias Load = (_ ruleset: [UInt8]) throws(KernelTrialError) -> Void
    /// Resolves a user or group to its number.
    public typealias Resolve = (ProcessProof.Account) -> UInt32?

    private let render: Render
    private let load: Load
    private let resolveUser: Resolve
    private let resolveGroup: Resolve

    /// Creates a trial from what compiles and what loads.
    public init(render: @escaping Render, load: @escaping Load, user: @escaping Resolve, group: @escaping Resolve) {
        self.render = render
        self.load = load
        resolveUser = user
        resolveGroup = group
    }

    /// Asks the kernel about attempts; the outcomes stand in their order.
    ///
    /// Takes a few milliseconds, as long again for each distinct time, and some 20 µs an attempt. Makes and discards network
    /// namespaces; the calling thread stays in its own. Needs CAP_NET_ADMIN and CAP_SYS_ADMIN, which `unshare -rn` gives too.
    public func decide(_ attempts: [AccessAttempt], by policy: Policy) throws(KernelTrialError) -> [TrialOutcome] {
        var outcomes = [TrialOutcome?](repeating: nil, count: attempts.count)
        for batch in batches(of: attempts, by: policy, outcomes: &outcomes) {
            let decided = NamespaceThread.runInFreshNamespace { () -> Result<[(Int, TrialOutcome)], KernelTrialError> in
                do throws(KernelTrialError) {
                    var session = try TrialSession(batch, avoiding: Set(attempts.map(\.source)))
                    return .success(try session.decide(by: policy, render: render, load: load))
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
        of attempts: [AccessAttempt], by policy: Policy, outcomes: inout [TrialOutcome?]
    ) -> [[TrialSession.Attempt]] {
        var shared: [TrialSession.Attempt] = []
        var own: [TrialSession.Attempt] = []
        for (index, attempt) in attempts.enumerated() {
            guard attempt.isOwn else {
                let plain = AccessAttempt(
                    source: attempt.source, port: attempt.port, transport: attempt.transport, time: attempt.time)
                guard attempt.identities.allSatisfy({ policy.holds($0, for: plain) }) else {
                    outcomes[index] = .cannotBeSent(.remoteProcess)
                    continue
                }
                shared.append(TrialSession.Attempt(index: index, attempt: attempt, owner: nil))
                continue
            }
            let owner = TrialOwner.find(for: attempt, in: policy, user: resolveUser, group: resolveGroup)
            guard let owner else {
                outcomes[index] = .cannotBeSent(.identities)
                continue
            }
            let sorted = TrialSession.Attempt(index: index, attempt: attempt, owner: owner)
            if attempt.source.isLoopback { shared.append(sorted) } else { own.append(sorted) }
        }
        return [shared, own].flatMap { group in
            stride(from: 0, to: group.count, by: Self.batchSize).map { start in
                Array(group[start..<min(start + Self.batchSize, group.count)])
            }
        }
    }
}
