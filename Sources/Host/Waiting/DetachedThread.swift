import Glibc

/// Threads that nobody waits for (pthread_create(3), pthread_detach(3)): one that a system call holds up does not hold up the end of
/// the program.
public enum DetachedThread {
    // Carries a closure through the C entry point.
    private final class Entry: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs a closure on a thread of its own; false when the system has none to give.
    public static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
        let entry = Unmanaged.passRetained(Entry(run))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, entry.toOpaque())
        guard failure == 0 else {
            entry.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
