import CLinux
import Glibc
import Host

/// A netlink socket that is read many datagrams at a time, into one buffer that is made once.
struct NetlinkReceiver: ~Copyable {
    /// Options of SOL_NETLINK.
    enum Option: Int32 {
        /// NETLINK_ADD_MEMBERSHIP.
        case addMembership = 1
        /// NETLINK_BROADCAST_ERROR.
        case broadcastError = 4
        /// NETLINK_NO_ENOBUFS.
        case noBufferErrors = 5
    }

    private let socket: Descriptor
    private let slot: Int
    private let buffer: UnsafeMutableRawBufferPointer
    private let lengths: UnsafeMutableBufferPointer<UInt32>
    /// Bytes of the receive buffer, as they were asked for and given.
    private(set) var room = 0

    /// Opens a socket of NETLINK_NETFILTER in the calling thread's network namespace.
    ///
    /// - Parameters:
    ///   - slot: the longest datagram, in bytes; of a longer one the rest is lost, and that is told.
    ///   - slots: datagrams that are taken at once, at most 64.
    init(slot: Int, slots: Int) throws(Errno) {
        let number = portgate_netlink_socket(12)
        guard number >= 0 else { throw Errno(errno) }
        socket = Descriptor(owning: number)
        self.slot = slot
        buffer = .allocate(byteCount: slot * slots, alignment: 16)
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        lengths = .allocate(capacity: slots)
        lengths.initialize(repeating: 0)
    }

    deinit {
        buffer.deallocate()
        lengths.deallocate()
    }

    /// The descriptor to wait for.
    var descriptor: Int32 { socket.number }

    /// Sets an option.
    func set(_ option: Option, to value: Int32 = 1) throws(Errno) {
        guard portgate_netlink_option(socket.number, option.rawValue, value) == 0 else { throw Errno(errno) }
    }

    /// Asks for so much room; what is given stands in ``room``.
    mutating func makeRoom(bytes: Int) throws(Errno) {
        let got = portgate_receive_buffer(socket.number, Int32(clamping: bytes))
        guard got >= 0 else { throw Errno(errno) }
        // The kernel doubles what it is asked for, to count what it needs itself.
        room = Int(got) / 2
    }

    /// The datagrams that the kernel had no room for since the socket was opened; the number wraps at 2^32.
    var drops: UInt32 { UInt32(truncatingIfNeeded: max(portgate_socket_drops(socket.number), 0)) }

    /// Sends bytes to the kernel.
    func send(_ bytes: [UInt8]) throws(Errno) {
        guard portgate_netlink_send(socket.number, bytes, bytes.count) == 0 else { throw Errno(errno) }
    }

    /// Takes what has come, without waiting; returns how many datagrams that were.
    mutating func receive() throws(Errno) -> Int {
        let count = portgate_netlink_receive(
            socket.number, buffer.baseAddress, slot, UInt32(lengths.count), lengths.baseAddress)
        guard count >= 0 else { throw Errno(errno) }
        return Int(count)
    }

    /// Whether more came in a datagram than its slot holds.
    func isCut(_ index: Int) -> Bool { lengths[index] & UInt32(PORTGATE_NETLINK_CUT) != 0 }

    /// A datagram of those that were received last. It lasts until the next ones are; one of another sender than the kernel
    /// is empty.
    func datagram(_ index: Int) -> UnsafeRawBufferPointer {
        precondition(index >= 0 && index < lengths.count, "no such datagram")
        let length = min(Int(lengths[index] & ~UInt32(PORTGATE_NETLINK_CUT)), slot)
        return UnsafeRawBufferPointer(rebasing: buffer[index * slot..<index * slot + length])
    }

    /// Waits until something comes; false when nothing does in time.
    func wait(milliseconds: Int32) throws(Errno) -> Bool {
        var poller = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
        while true {
            let ready = poll(&poller, 1, milliseconds)
            if ready >= 0 { return ready > 0 }
            let error = Errno(errno)
            if error != .interrupted { throw error }
        }
    }
}
