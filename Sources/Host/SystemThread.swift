import CLinux
import Glibc

/// A thread of the system (pthread_create(3)), without the runtime of tasks.
public struct SystemThread: Sendable {
    /// Which signals the thread takes.
    public enum Signals: Sendable {
        /// Those of the thread that starts it.
        case inherited
        /// None: whoever asks the program to stop asks another thread.
        case blocked
    }

    // Owned by whoever joins or detaches it, once.
    private let handle: pthread_t

    // Carries a closure through the C entry point.
    private final class Entry: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a thread; nil when the system has none to give. Whoever starts it joins or detaches it, once.
    public init?(_ signals: Signals = .inherited, _ run: @escaping @Sendable () -> Void) {
        var before = sigset_t()
        if signals == .blocked {
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_SETMASK, &all, &before)
        }
        defer { if signals == .blocked { pthread_sigmask(SIG_SETMASK, &before, nil) } }
        let entry = Unmanaged.passRetained(Entry(run))
        var handle = pthread_t()
        let failure = pthread_create(
            &handle, nil,
            { argument in
                if let argument { Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, entry.toOpaque())
        guard failure == 0 else {
            entry.release()
            return nil
        }
        self.handle = handle
    }

    /// Waits for its end.
    public func join() { pthread_join(handle, nil) }

    /// Leaves it to itself.
    public func detach() { pthread_detach(handle) }
}
