public import Policy

/// What a compilation depends on beside the policy.
public struct CompileOptions: Sendable {
    /// The moment of compiling. Only its UTC day counts for what is rendered.
    public var now: Instant
    /// Days of window openings that are rendered, counted from the start of the day of `now`; after them windows are closed.
    public var horizonDays: Int
    /// Seconds added to every rendered instant: how much the kernel's clock is ahead of the policy's. Demonstrations and
    /// tests move a policy's clock with it; on a host it is 0.
    public var kernelClockOffset: Int64
    /// Numbers of users and groups.
    public var accounts: AccountDatabase

    /// The epoch of live connections, 1...30: another one makes the gate judge every connection again.
    public var epoch: UInt8
    /// Connections whose first bytes can be remembered at once, while their first payload is to be judged.
    public var rememberedConnections: UInt32
    /// Whether the table is rendered as text, and the text parsed again and compared with what was meant. What is loaded and
    /// then read back from the kernel is compared there.
    public var rendersText = true

    /// Creates options.
    public init(
        now: Instant, horizonDays: Int = 400, kernelClockOffset: Int64 = 0, accounts: AccountDatabase = .none,
        epoch: UInt8 = 1, rememberedConnections: UInt32 = 65_536
    ) {
        self.epoch = epoch
        self.rememberedConnections = rememberedConnections
        self.now = now
        self.horizonDays = horizonDays
        self.kernelClockOffset = kernelClockOffset
        self.accounts = accounts
    }

    /// The stretch of time whose openings are rendered: whole UTC days, so that compiling twice on a day gives the same
    /// bytes, beginning a day early, so that a clock that is set back a little finds its window still there.
    var stretch: (start: Instant, end: Instant) {
        let day: Int64 = 86_400
        let limit: Int64 = 4_000_000_000_000
        let seconds = min(max(now.seconds, -limit), limit)
        let remainder = ((seconds % day) + day) % day
        let midnight = seconds - remainder
        let days = Int64(min(max(horizonDays, 1), 36_500))
        return (Instant(seconds: midnight - day), Instant(seconds: midnight + days * day))
    }
}
