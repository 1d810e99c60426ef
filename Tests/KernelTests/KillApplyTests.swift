import Foundation
import TestSupport
import Testing

/// `scripts/kill-apply.sh`, a short run of it.
@Suite("apply, killed at random moments")
struct KillApplyTests {
    @Test(
        "40 kills of apply and its worker: the old rules or the new ones, never open, never half, and the next one recovers"
    )
    func kills() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let binaries = URL(fileURLWithPath: BuiltProduct.path("portgate")).deletingLastPathComponent().path
        let result = try runCommand(
            [root.appending(path: "scripts/kill-apply.sh").path, "40"],
            environment: ["PORTGATE_BINARIES": binaries, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
        #expect(result.status == 0, "\(result)")
        #expect(result.output.hasSuffix("held\n"), "\(result)")
    }
}
