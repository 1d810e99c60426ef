import CLinux
import Glibc
import Host

/// A thread of its own for work in another network namespace: the namespace belongs to the thread alone, is inherited by the
/// processes that it starts, and is gone when it ends.
public enum NamespaceThread {
    // Handed to the thread and back; the creator waits, so the two never touch it at the same time.
    private final class Work<Result>: @unchecked Sendable {
        let body: () -> Result
        var result: Result?

        init(_ body: @escaping () -> Result) { self.body = body }
        func run() { result = body() }
    }

    /// Runs `body` on a new thread and waits for it; nil when the system has no thread to give.
    public static func run<Result>(_ body: () -> Result) -> Result? {
        withoutActuallyEscaping(body) { body in
            let work = Work(body)
            let thread = SystemThread { work.run() }
            guard let thread else { return nil }
            thread.join()
            return work.result
        }
    }

    /// Runs `body` on a new thread in a fresh, empty network namespace.
    public static func runInFreshNamespace<Result>(
        _ body: () -> Swift.Result<Result, KernelTrialError>
    ) -> Swift.Result<Result, KernelTrialError> {
        let outcome = run { () -> Swift.Result<Result, KernelTrialError> in
            guard portgate_unshare_net() == 0 else {
                return .failure(errno == EPERM ? .notPermitted : .system(call: "unshare", errno: errno))
            }
            return body()
        }
        return outcome ?? .failure(.system(call: "pthread_create", errno: EAGAIN))
    }
}
