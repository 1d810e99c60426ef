import CCurl
import CLinux
import Glibc
import Host
import Witness

/// `submit`: tells witnesses of a host's ledger until an end is asked for.
struct SubmitCommand {
    private let arguments: Arguments
    private var settings: SubmitSettings
    private var witnesses: [WitnessAddress] = []

    init(_ words: ArraySlice<String>) throws(UsageError) {
        arguments = try Arguments(
            words, options: ["--witness", "--witness-key", "--state-dir", "--interval", "--timeout", "--ca"],
            flags: ["--once"])
        settings = SubmitSettings(state: try arguments.one("--state-dir") ?? "/var/lib/portgate")
        settings.intervalSeconds = try arguments.seconds("--interval", else: 60)
        settings.timeoutMilliseconds = try arguments.seconds("--timeout", else: 10) * 1_000
        settings.authorities = try arguments.one("--ca")
        settings.once = arguments.has("--once")
        guard !arguments.wantsHelp else { return }
        try arguments.noOperands()
        let (urls, keys) = (arguments.all("--witness"), arguments.all("--witness-key"))
        guard !urls.isEmpty, urls.count == keys.count else {
            throw UsageError("submit needs --witness URL and --witness-key KEY, one key for each witness")
        }
        for (url, key) in zip(urls, keys) {
            let witness = try WitnessAddress(url: url, key: key)
            guard !witnesses.contains(where: { $0.fileName == witness.fileName }) else {
                throw UsageError("two witnesses are named '\(witness.key.name)'")
            }
            witnesses.append(witness)
        }
    }

    func run() -> Int32 {
        if arguments.wantsHelp {
            write(HelpText.all, to: STDOUT_FILENO)
            return 0
        }
        // Blocked in every thread that is started behind it.
        let signals = portgate_stop_signals()
        guard signals >= 0, let stop = StopFlag(), portgate_curl_initialize() == 0 else {
            fail("the system has no descriptor or memory to give", exit: 3)
        }
        let threads = witnesses.map { witness in
            let name = witness.key.name
            let thread = SubmissionThread.start(witness, settings, stop: stop) {
                write("portgate-witness: \(name): \($0)\n", to: STDERR_FILENO)
            }
            guard let thread else { fail("the system has no thread to give for \(name)", exit: 3) }
            return thread
        }
        var last = Int64.max
        while threads.contains(where: { $0.isComplete == nil }), BootClock.nanoseconds < last {
            var item = pollfd(fd: stop.isRaised ? -1 : signals, events: Int16(POLLIN), revents: 0)
            poll(&item, 1, 50)
            if !stop.isRaised, item.revents != 0 {
                stop.raise()
                // libcurl asks about once a second whether to go on.
                last = BootClock.moment(after: .milliseconds(settings.timeoutMilliseconds + 2_000))
            }
        }
        return settings.once && threads.contains(where: { $0.isComplete != true }) ? 1 : 0
    }
}
