import Glibc

/// Keeps a terminal that goes, and a person who presses Ctrl-C, from ending a change half-way.
enum SteadySignals {
    /// Does work during which hang-up, interrupt and termination are ignored.
    static func ignoring<Value>(_ work: () throws -> Value) rethrows -> Value {
        let signals = [SIGINT, SIGTERM, SIGHUP].map { ($0, signal($0, SIG_IGN)) }
        defer { for (number, handler) in signals { signal(number, handler) } }
        return try work()
    }
}
