import Policy
import Testing

@testable import Gate

/// How much time a grant has left, whatever is done to the clocks.
@Suite("GrantTime")
struct GrantTimeTests {
    private static func clock(_ boot: String = "a", _ sinceBoot: UInt64, _ wall: Int64) -> GrantClock {
        GrantClock(boot: boot, sinceBoot: sinceBoot, wall: Instant(seconds: wall))
    }
    private let time = GrantTime(anchor: clock("a", 10_000, 1_000), remaining: 60_000)

    @Test("within a boot its clock tells, whatever the host's is set to")
    func sameBoot() {
        #expect(time.left(at: Self.clock("a", 10_000, 1_000)) == 60_000)
        #expect(time.left(at: Self.clock("a", 30_000, 1_020)) == 40_000)
        // Set back, set forward.
        #expect(time.left(at: Self.clock("a", 30_000, -5_000)) == 40_000)
        #expect(time.left(at: Self.clock("a", 30_000, .max)) == 40_000)
        #expect(time.left(at: Self.clock("a", 70_000, 1_000)) == 0)
        #expect(time.left(at: Self.clock("a", .max, 1_000)) == 0)
        #expect(time.left(at: Self.clock("a", 9_999, 1_000)) == 0)
    }

    @Test("after a restart the host's clock tells; set back, it ends the grant and never prolongs it")
    func otherBoot() {
        #expect(time.left(at: Self.clock("b", 5_000, 1_020)) == 39_000)
        #expect(time.left(at: Self.clock("b", 5_000, 1_000)) == 59_000)
        #expect(time.left(at: Self.clock("b", 5_000, 999)) == 0)
        #expect(time.left(at: Self.clock("b", 5_000, .min)) == 0)
        #expect(time.left(at: Self.clock("b", 5_000, .max)) == 0)
        #expect(time.left(at: Self.clock("b", 5_000, 1_060)) == 0)
    }
}
