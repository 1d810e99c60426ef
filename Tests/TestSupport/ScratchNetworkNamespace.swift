internal import CLinux
import Glibc

/// A network namespace of its own for the length of one closure.
public enum ScratchNetworkNamespace {
    /// What kept a scratch namespace from being made.
    public struct Failure: Error {
        /// The call that failed.
        public let call: String
        /// Its errno.
        public let errno: Int32
    }

    /// Runs a closure on a fresh thread, inside a fresh network namespace whose `lo` is up, and waits for it.
    ///
    /// Everything that belongs to the namespace must happen on that thread: sockets, and processes started by it, belong to
    /// the namespace of the thread. It vanishes with the thread and the last such process. Needs CAP_SYS_ADMIN.
    public static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
        let job = Job {
            guard portgate_unshare_net() == 0 else { throw Failure(call: "unshare", errno: errno) }
            guard portgate_link_up("lo") == 0 else { throw Failure(call: "ioctl", errno: errno) }
            return try body()
        }
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().perform() }
                return nil
            }, Unmanaged.passRetained(job as Work).toOpaque())
        guard result == 0 else { throw Failure(call: "pthread_create", errno: result) }
        pthread_join(thread, nil)
        guard let outcome = job.outcome else { throw Failure(call: "pthread_join", errno: 0) }
        return try outcome.get()
    }

    private class Work {
        func perform() {}
    }

    /// Holds a closure for another thread, and its result for the thread that waits.
    private final class Job<Result>: Work {
        private let body: () throws -> Result
        private(set) var outcome: Swift.Result<Result, any Error>?

        init(_ body: @escaping () throws -> Result) { self.body = body }

        override func perform() { outcome = Swift.Result { try body() } }
    }
}
