import Foundation
import Glibc
import TestSupport
import Testing

@testable import Sinks

/// A datagram socket in the place of systemd-journald's.
private final class TestJournal {
    private let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

    init(_ path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        try #require(bytes.count < MemoryLayout.size(ofValue: address.sun_path))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0)
    }

    deinit { close(number) }

    /// The next datagram, or the file that came in its place; nil when none comes.
    func next() -> String? {
        var item = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        guard poll(&item, 1, 10_000) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var control = [UInt64](repeating: 0, count: 8)
        var count = 0
        var file: Int32 = -1
        bytes.withUnsafeMutableBytes { buffer in
            control.withUnsafeMutableBytes { space in
                var part = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
                withUnsafeMutablePointer(to: &part) {
                    var message = msghdr()
                    message.msg_iov = $0
                    message.msg_iovlen = 1
                    message.msg_control = space.baseAddress
                    message.msg_controllen = space.count
                    count = recvmsg(number, &message, 0)
                    // cmsghdr has 16 bytes, the descriptor follows (cmsg(3)).
                    if message.msg_controllen >= 20 { file = space.load(fromByteOffset: 16, as: Int32.self) }
                }
            }
        }
        guard file >= 0 else { return String(decoding: bytes[..<max(count, 0)], as: UTF8.self) }
        defer { close(file) }
        // F_GET_SEALS; journald maps only what nobody can change any more.
        guard fcntl(file, 1_034) == 0xf else { return "not sealed" }
        var content: [UInt8] = []
        while true {
            let got = pread(file, &bytes, bytes.count, content.count)
            guard got > 0 else { return String(decoding: content, as: UTF8.self) }
            content += bytes[..<got]
        }
    }
}

@Suite("records in the journal") struct JournalSinkTests {
    @Test("each record is one entry, long ones included")
    func delivery() throws {
        let sample = try SinkSample(records: 4)
        try sample.write(4..<6, filler: 600_000)
        let path = "/tmp/pg-journal-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let journal = try TestJournal(path)
        defer { unlink(path) }
        let ship = try sample.start("--sink", "journald,socket=\(path)")
        for (leaf, line) in try sample.lines().enumerated() {
            let entry = try #require(journal.next(), "\(ship.messages)")
            let fields = entry.split(separator: "\n").map(String.init)
            #expect(fields.contains("MESSAGE=\(line)"))
            #expect(fields.contains("PORTGATE_RECORD=\(line)"))
            #expect(fields.contains("PORTGATE_LEAF=\(leaf)"))
            #expect(fields.contains("SYSLOG_IDENTIFIER=portgate"))
            if leaf == 1 { #expect(fields.contains("PRIORITY=4") && fields.contains("PORTGATE_ACTION=deny")) }
        }
        #expect(eventually { sample.text("state/cursors/journald").contains("next 7\n") }, "\(ship.messages)")
        #expect(ship.stop() == 0)
    }

    @Test("a journal that is not there, or takes nothing, is told")
    func absent() throws {
        let sample = try SinkSample(records: 400)
        let absent = try sample.ship("--once", "--timeout", "1", "--sink", "journald,socket=\(sample.path("none"))")
        #expect(absent.status == 1)
        #expect(
            absent.errors.contains("No such file or directory; look whether systemd-journald runs"), "\(absent.errors)")
        let path = "/tmp/pg-journal-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let journal = try TestJournal(path)
        defer { unlink(path) }
        let full = try sample.ship("--once", "--timeout", "1", "--sink", "journald,socket=\(path)")
        #expect(full.status == 1)
        #expect(full.errors.contains("it took nothing within the time-out"), "\(full.errors)")
        withExtendedLifetime(journal) {}
    }
}
