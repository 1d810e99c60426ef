import CLinux
public import Policy

/// A moment by the clocks that a grant is measured with.
public struct GrantClock: Hashable, Sendable {
    /// The kernel's id of this boot.
    public let boot: String
    /// Milliseconds since the boot, sleep among them. Nobody can set this clock.
    public let sinceBoot: UInt64
    /// The host's clock, which anybody with the right may set.
    public let wall: Instant

    /// Creates a moment.
    public init(boot: String, sinceBoot: UInt64, wall: Instant) {
        self.boot = boot
        self.sinceBoot = sinceBoot
        self.wall = wall
    }

    /// Reads the clocks of this host.
    public static func now(wall: Instant) throws(GateFailure) -> GrantClock {
        GrantClock(boot: try HostIdentity.current().boot, sinceBoot: portgate_boot_milliseconds(), wall: wall)
    }
}

/// How much time was left at one moment; from it, how much is left at another.
public struct GrantTime: Hashable, Sendable {
    /// The moment.
    public let anchor: GrantClock
    /// What was left then, in milliseconds.
    public let remaining: UInt64

    /// Creates a time.
    public init(anchor: GrantClock, remaining: UInt64) {
        self.anchor = anchor
        self.remaining = remaining
    }

    /// What is left now, in milliseconds. Within a boot the boot's clock tells, whatever became of the host's. After another
    /// boot only the host's clock can: when it stands before the anchor it was set back, and nothing is left; and it never
    /// gives more than was left.
    public func left(at now: GrantClock) -> UInt64 {
        let gone: UInt64
        if now.boot == anchor.boot {
            guard now.sinceBoot >= anchor.sinceBoot else { return 0 }
            gone = now.sinceBoot - anchor.sinceBoot
        } else {
            let seconds = now.wall.seconds.subtractingReportingOverflow(anchor.wall.seconds)
            guard !seconds.overflow, seconds.partialValue >= 0 else { return 0 }
            // The second that has begun counts as gone.
            gone = UInt64(seconds.partialValue).multipliedReportingOverflow(by: 1_000).partialValue &+ 1_000
        }
        return gone >= remaining ? 0 : remaining - gone
    }
}
