import Foundation
import Policy
import Recorder
import TestSupport
import Testing

/// The recorder at a real kernel, in namespaces of its own.
@Suite("the recorder hears the kernel", .serialized)
struct RecorderKernelTests {
    @Test("an allowed connection over TCP is one record when it begins and one when it ends, with its bytes")
    func allowed() throws {
        let lab = try RecorderLab()
        try lab.server.serve("tcp/8443")
        let run = try lab.record()
        #expect(try lab.client.connect("10.97.1.1", 8443, source: "10.97.1.2", sourcePort: 40_001) == .connected)
        usleep(1_500_000)
        try print(
            lab.server.check("/usr/sbin/conntrack", "-L", "-o", "extended,id"),
            lab.server.check("/usr/bin/tail", "-n", "+1", "/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait"))
        try lab.expire()
        let lines = try run.lines()
        print(lines.map(\.text).joined(separator: "\n"))
        #expect(lines.map { $0["action"] } == ["started", "allow", "end", "stopped"])
    }
}
