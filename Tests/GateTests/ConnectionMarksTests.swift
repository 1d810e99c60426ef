import Glibc
import TestSupport
import Testing

@testable import Gate

/// Marks of tracked connections.
@Suite("Connection marks")
struct ConnectionMarksTests {
    /// Sends a datagram over `lo` from a port of its own, so that a connection to `port` is tracked.
    private static func datagram(to port: UInt16) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, "x", 1, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(sent == 1)
    }

    @Test("our bits are cleared where they equal a value; other bits and other values stay")
    func clear() throws {
        try ScratchNetworkNamespace.run {
            try NftTool.run(
                """
                table inet lab {
                    chain out {
                        type filter hook output priority 0
                        udp dport 1000-1099 ct mark set 0x0700abcd
                        udp dport 2000 ct mark set 0x0800abcd
                    }
                }
                """)
            for port in 1_000..<1_090 { try Self.datagram(to: UInt16(port)) }
            try Self.datagram(to: 2_000)
            let door = KernelDoor.live()
            #expect(try door.changeMarks(0x0600_0000, 0, 0xff00_0000) == 0)
            #expect(try door.changeMarks(0x0700_0000, 0, 0xff00_0000) == 90)
            #expect(try door.changeMarks(0x0700_0000, 0, 0xff00_0000) == 0)
            var marks = try ConnectionMarks()
            #expect(try marks.connections(markedWith: 0x0000_abcd, mask: 0xffff_ffff).count == 90)
            #expect(try marks.connections(markedWith: 0x0800_abcd, mask: 0xffff_ffff).count == 1)
        }
    }
}
