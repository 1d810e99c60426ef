import Host
import Ledger

/// Submits to one witness again and again: each interval, and after a failure a second later, then twice as long each time up to a minute.
struct SubmissionRun {
    private let address: WitnessAddress
    private let settings: SubmitSettings
    private let stop: StopFlag
    private let say: @Sendable (String) -> Void

    init(
        _ address: WitnessAddress, _ settings: SubmitSettings, stop: StopFlag, say: @escaping @Sendable (String) -> Void
    ) {
        self.address = address
        self.settings = settings
        self.stop = stop
        self.say = say
    }

    /// Runs until an end is asked for; with `once`, until the witness has signed or the time is over. Returns whether it
    /// has, then.
    func run() -> Bool {
        let limit = settings.once ? BootClock.moment(after: .milliseconds(settings.timeoutMilliseconds)) : Int64.max
        var submitter = Submitter(address, settings, stop: stop)
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        var said: String?
        while true {
            let message: String
            let wait: Int64
            do throws(SubmissionFailure) {
                let size = try submitter.submit(until: limit)
                if settings.once {
                    say("has signed \(size) records")
                    return true
                }
                backoff = Backoff()
                message = submitter.notice ?? "signs what the ledger shows it"
                wait = settings.intervalSeconds * 1_000
            } catch {
                if stop.isRaised { return false }
                message = error.description
                wait = backoff.next(&random)
            }
            // Once for each change, not for each attempt.
            if message != said { say(message) }
            said = message
            guard BootClock.nanoseconds < limit else { return false }
            let left = limit == .max ? Int64.max : max(0, (limit - BootClock.nanoseconds) / 1_000_000) + 1
            stop.sleep(milliseconds: min(left, wait))
            if stop.isRaised { return false }
        }
    }
}
