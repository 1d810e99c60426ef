import Glibc
import Policy

/// Reads the second policy of a comparison on a thread of its own, as reading is most of the time that comparing takes.
///
/// Checked by hand: the result is written by the thread alone, and read after it was joined.
final class DiffReading: @unchecked Sendable {
    private let operand: DiffOperand
    private let console: Console
    private var result: Result<Policy, any Error>?
    private var thread = pthread_t()
    private var isRunning = false

    /// Begins to read; where no thread can be made it is read when it is asked for.
    init(_ operand: DiffOperand, _ console: Console) {
        self.operand = operand
        self.console = console
        let context = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<DiffReading>.fromOpaque(context).takeUnretainedValue().read() }
                return nil
            }, context.toOpaque())
        isRunning = failure == 0
        if !isRunning { context.release() }
    }

    private func read() { result = Result { try operand.policy(console) } }

    /// Waits for the policy.
    func policy() throws -> Policy {
        if isRunning {
            pthread_join(thread, nil)
            isRunning = false
            Unmanaged.passUnretained(self).release()
        }
        if result == nil { read() }
        guard let result else { return try operand.policy(console) }
        return try result.get()
    }
}
