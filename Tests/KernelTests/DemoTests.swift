import Foundation
import TestSupport
import Testing

@Suite("scripts/demo.sh", .serialized)
struct DemoTests {
    @Test("the demo does what it says, and leaves no namespace and no process behind")
    func demo() throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "scripts/demo.sh").path
        let mark = "demo-\(UUID().uuidString)"
        let result = try runCommand(
            ["/bin/bash", script],
            environment: [
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PORTGATE_BINARY": BuiltProduct.path("portgate"), "MARK": mark,
            ])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("log: pg1 deny admin-console"))
        #expect(result.output.contains(", 0 not"))
        #expect(result.output.contains("the ledger is what was written"))
        #expect(!result.output.contains("WRONG"))
        let left = try runCommand([
            "/bin/sh", "-c", "ip netns list | grep -c pgdemo; grep -lsz 'MARK=\(mark)' /proc/*/environ",
        ])
        #expect(left.output == "0\n", "\(left.output)")
    }
}
