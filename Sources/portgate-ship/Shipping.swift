import CLinux
import Glibc
import Host
import Sinks

/// Runs the sinks, each on its thread, until they are done or an end is asked for.
struct Shipping {
    private let options: ShipOptions
    private let stop: StopFlag
    private let signals: Int32
    private let threads: [SinkThread]

    /// Starts the sinks. Call it before any other thread runs: SIGTERM, SIGINT and SIGHUP are blocked in every thread from here on.
    init(_ options: ShipOptions) {
        let signals = portgate_stop_signals()
        guard signals >= 0, let stop = StopFlag() else { fail("the system has no descriptor to give", exit: 3) }
        var settings = SinkSettings(state: options.state)
        settings.once = options.once
        settings.timeoutMilliseconds = options.timeoutSeconds * 1_000
        threads = options.sinks.map { sink in
            let name = sink.name
            let thread = SinkThread.start(sink, settings, stop: stop) {
                write("portgate-ship: \(name): \($0)\n", to: STDERR_FILENO)
            }
            guard let thread else { fail("the system has no thread to give for \(name)", exit: 3) }
            return thread
        }
        self.options = options
        self.signals = signals
        self.stop = stop
    }

    /// Waits for the end. Returns the exit code.
    func wait() -> Int32 {
        let end = options.forSeconds.map { BootClock.moment(after: .seconds($0)) } ?? .max
        // For what is under way, and then the confirmation.
        let patience = 2 * options.timeoutSeconds + 1
        var last = Int64.max
        while threads.contains(where: { $0.isComplete == nil }), BootClock.nanoseconds < last {
            var item = pollfd(fd: stop.isRaised ? -1 : signals, events: Int16(POLLIN), revents: 0)
            poll(&item, 1, 50)
            if !stop.isRaised, item.revents != 0 || BootClock.nanoseconds >= end {
                stop.raise()
                last = BootClock.moment(after: .seconds(patience))
            }
        }
        let stuck = threads.filter { $0.isComplete == nil }
        for thread in stuck {
            write(
                "portgate-ship: \(thread.address.name): could not be ended in time; its cursor stays\n",
                to: STDERR_FILENO)
        }
        return !stuck.isEmpty || (options.once && threads.contains { $0.isComplete == false }) ? 1 : 0
    }
}
