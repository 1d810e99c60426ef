import CLinux
import Glibc
import Host
import Ledger

/// Sends records to systemd-journald by its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): one datagram a record,
/// `FIELD=value` a line. What no datagram holds goes as a sealed file in memory.
final class JournalSink: Sink {
    /// Where journald listens.
    static let standardSocket = "/run/systemd/journal/socket"

    private let path: String
    private var socket: SharedDescriptor?

    init(path: String) { self.path = path }

    // The socket belongs to systemd and outlives journald: what is in its queue is taken.
    var gathersConfirmations: Bool { false }

    func send(_ lines: UnsafeRawBufferPointer, first: UInt64, until deadline: Int64) throws(SinkFailure) {
        let socket: SharedDescriptor
        if let open = self.socket { socket = open } else { socket = SharedDescriptor(try opened()) }
        self.socket = socket
        let number = socket.descriptor.number
        var leaf = first
        var result: Result<Void, SinkFailure> = .success(())
        lines.eachLine { line in
            guard case .success = result else { return }
            result = deliver(Self.datagram(line, leaf: leaf), through: number, until: deadline)
            leaf &+= 1
        }
        try result.get()
    }

    func confirm(until deadline: Int64) {}

    func tend() -> Bool { false }

    func abandon() { socket = nil }

    /// A record's fields. A line has no line end within, so the simple form of a field holds it.
    static func datagram(_ line: UnsafeRawBufferPointer, leaf: UInt64) -> [UInt8] {
        let head = RecordHead(line)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * line.count + 256)
        bytes += Array("PRIORITY=\(head.severity.rawValue)\nSYSLOG_FACILITY=\(SyslogFrame.facility)\n".utf8)
        bytes += Array("SYSLOG_IDENTIFIER=portgate\nPORTGATE_LEAF=\(leaf)\n".utf8)
        if let action = head.action { bytes += Array("PORTGATE_ACTION=\(action)\n".utf8) }
        for field in ["MESSAGE=", "PORTGATE_RECORD="] {
            bytes += Array(field.utf8)
            bytes.append(contentsOf: line)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    private func opened() throws(SinkFailure) -> Descriptor {
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = Glibc.socket(AF_UNIX, type, 0)
        guard number >= 0 else {
            throw SinkFailure("make a socket for", path, Errno(errno), advice: "allow AF_UNIX to portgate-ship")
        }
        return Descriptor(owning: number)
    }

    private func deliver(
        _ datagram: [UInt8], through number: Int32, until deadline: Int64
    ) -> Result<Void, SinkFailure> {
        var isSealed = false
        while true {
            let sent =
                isSealed
                ? portgate_send_sealed(number, path, datagram, datagram.count)
                : portgate_send_to_path(number, path, datagram, datagram.count)
            if sent == 0 { return .success(()) }
            let error = Errno(errno)
            if error.number == EMSGSIZE, !isSealed {
                isSealed = true
                continue
            }
            // Its queue is full: net.unix.max_dgram_qlen datagrams wait.
            guard error.number == EAGAIN || error.number == ENOBUFS else {
                return .failure(
                    SinkFailure(
                        "send to", path, error, advice: "look whether systemd-journald runs and its socket is there"))
            }
            guard BootClock.nanoseconds < deadline else {
                return .failure(
                    SinkFailure(
                        "send to", path, reason: "it took nothing within the time-out",
                        advice: "look whether systemd-journald is stopped"))
            }
            // A datagram socket that is not connected becomes writable without its receiver's having room.
            poll(nil, 0, 10)
        }
    }
}
