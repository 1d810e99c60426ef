import Host
import Policy

/// Reads the second policy of a comparison on a thread of its own, as reading is most of the time that comparing takes.
///
/// Checked by hand: the result is written by the thread alone, and read after it was joined.
final class DiffReading: @unchecked Sendable {
    private let operand: DiffOperand
    private let console: Console
    private var result: Result<Policy, any Error>?
    private var thread: SystemThread?

    /// Begins to read; where no thread can be made it is read when it is asked for.
    init(_ operand: DiffOperand, _ console: Console) {
        self.operand = operand
        self.console = console
        thread = SystemThread { [self] in read() }
    }

    private func read() { result = Result { try operand.policy(console) } }

    /// Waits for the policy.
    func policy() throws -> Policy {
        thread?.join()
        thread = nil
        if result == nil { read() }
        guard let result else { return try operand.policy(console) }
        return try result.get()
    }
}
