import Host
import Ledger

/// Sends records by syslog over TLS (RFC 5425).
///
/// The protocol has no acknowledgement, and TCP's tells of the receiver's kernel, not of the receiver. What proves that a receiver
/// has read everything is its answer to the end of a connection. So the connection is ended when records have waited for that for a
/// while, and the cursor moves when the answer is there; the next records open another.
final class TLSSink: Sink {
    private let address: TLSAddress
    private let frame: SyslogFrame
    private var channel: TLSChannel?
    private var stamps: [FileStamp]?
    private var nextLook: Int64 = 0

    /// How often certificates are looked at.
    private static let lookInterval: Duration = .seconds(2)
    /// Frames are gathered to about so many bytes before they are written.
    private static let chunk = 1 << 18

    init(_ address: TLSAddress, frame: SyslogFrame) {
        self.address = address
        self.frame = frame
    }

    var gathersConfirmations: Bool { true }

    func send(_ lines: UnsafeRawBufferPointer, first: UInt64, until deadline: Int64) throws(SinkFailure) {
        let channel = try connected(until: deadline)
        var frames: [UInt8] = []
        var leaf = first
        var result: Result<Void, SinkFailure> = .success(())
        func flush() -> Result<Void, SinkFailure> {
            do throws(SinkFailure) {
                let written = frames.withUnsafeBytes { bytes -> Result<Void, SinkFailure> in
                    do throws(SinkFailure) { return .success(try channel.write(bytes, until: deadline)) } catch {
                        return .failure(error)
                    }
                }
                try written.get()
                frames.removeAll(keepingCapacity: true)
                return .success(())
            } catch { return .failure(error) }
        }
        lines.eachLine { line in
            guard case .success = result else { return }
            frame.append(line, leaf: leaf, to: &frames)
            leaf &+= 1
            if frames.count >= Self.chunk { result = flush() }
        }
        if case .success = result { result = flush() }
        try result.get()
        try channel.listen()
    }

    func confirm(until deadline: Int64) throws(SinkFailure) {
        guard let channel else { return }
        try channel.finish(until: deadline)
        self.channel = nil
    }

    func tend() throws(SinkFailure) -> Bool {
        guard let channel else { return false }
        try channel.listen()
        guard BootClock.nanoseconds >= nextLook else { return false }
        nextLook = BootClock.moment(after: Self.lookInterval)
        return address.files.stamps != stamps
    }

    func abandon() { channel = nil }

    private func connected(until deadline: Int64) throws(SinkFailure) -> TLSChannel {
        if let channel { return channel }
        // Taken before the files are read: what changes in between is noticed by the next look.
        stamps = address.files.stamps
        nextLook = BootClock.moment(after: Self.lookInterval)
        let channel = try TLSChannel.open(address, until: deadline)
        self.channel = channel
        return channel
    }
}
