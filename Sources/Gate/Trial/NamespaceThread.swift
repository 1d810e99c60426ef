import CLinux
import Glibc

/// A thread of its own for work in another network namespace: the namespace belongs to the thread alone, is inherited by the
/// processes that it starts, and is gone when it ends.
public enum NamespaceThread {
    // Handed to the thread and back; the creator waits, so the two never touch it at the same time.
    private final class Work<Result> {
        let body: () -> Result
        var result: Result?

        init(_ body: @escaping () -> Result) { self.body = body }
        func run() { result = body() }
    }

    // Lets the C entry point call work of any type.
    private final class Entry {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }

    /// Runs `body` on a new thread and waits for it; nil when the system has no thread to give.
    public static func run<Result>(_ body: () -> Result) -> Result? {
        withoutActuallyEscaping(body) { body in
            let work = Work(body)
            let entry = Unmanaged.passRetained(Entry { work.run() })
            var thread = pthread_t()
            let failure = pthread_create(
                &thread, nil,
                { argument in
                    if let argument { Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue().run() }
                    return nil
                }, entry.toOpaque())
            guard failure == 0 else {
                entry.release()
                return nil
            }
            pthread_join(thread, nil)
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
