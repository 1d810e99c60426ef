import CLinux
import Glibc
import Policy

/// One end of an imagined network: the host is the calling thread's fresh network namespace, and every packet from outside is
/// written into a TUN device. Raw sockets show what gets past all hooks to where sockets are.
///
/// The kernel handles a packet written to a TUN device before the write returns. A sentinel that follows each batch proves it.
struct TrialNetwork: ~Copyable {
    /// The host's own address, by family, of blocks set aside for documentation.
    let hostV4: IPAddress
    let hostV6: IPAddress

    private struct Receiver {
        let descriptor: Int32
        let isV4: Bool
        /// Nil receives sentinels.
        let transport: TransportProtocol?
    }

    private let tun: Int32
    private let receivers: [Receiver]
    private let loopback: UInt32
    private var sentinels: UInt32 = 0
    private var arrivals: Set<UInt16> = []
    private var awaited: [UInt16: TrialPacket] = [:]

    /// Makes the device, its addresses and routes, and the sockets that listen.
    ///
    /// - Parameter sources: addresses that packets will come from; the host takes others.
    init(avoiding sources: Set<IPAddress>) throws(KernelTrialError) {
        _ = portgate_pin_thread()
        let parts = try Self.open(avoiding: sources)
        (tun, loopback, receivers) = (parts.tun, parts.loopback, parts.receivers)
        (hostV4, hostV6) = (parts.hostV4, parts.hostV6)
    }

    deinit {
        close(tun)
        for receiver in receivers { close(receiver.descriptor) }
    }

    /// Makes an address one of the host's own, besides those it has; false when the kernel holds it for no host address.
    func own(_ address: IPAddress) throws(KernelTrialError) -> Bool {
        // The kernel takes these as addresses, and yet sends nothing to them as to a host.
        if case .v4(let v4) = address, v4.bits >> 24 == 0 || v4.bits >> 28 == 0xe || v4.bits == .max { return false }
        let route = try RouteNetlink()
        do throws(KernelTrialError) {
            try route.add(address, to: loopback)
            return true
        } catch .system(_, EEXIST) {
            return true
        } catch {
            return false
        }
    }

    /// Sends packets from outside and returns the source ports of those that reached the sockets.
    mutating func sendFromOutside(_ packets: [TrialPacket]) throws(KernelTrialError) -> Set<UInt16> {
        begin(packets)
        let device = tun
        for (index, packet) in packets.enumerated() {
            try Self.deliver(packet.bytes) { bytes in write(device, bytes, bytes.count) }
            if index % Self.batch == Self.batch - 1 { drain() }
        }
        let stranger4 = IPAddress.v4(IPv4Address(bits: 0xc612_0063))
        let stranger6 = IPAddress.v6(IPv6Address(bits: 0x2001_0002_0000_0000_0000_0000_0000_0063))
        for (source, host) in [(stranger4, hostV4), (stranger6, hostV6)] {
            sentinels += 1
            let sentinel = TrialPacket.sentinel(number: sentinels, from: source, to: host)
            try Self.deliver(sentinel) { bytes in write(device, bytes, bytes.count) }
            try awaitSentinel(isV4: source.isV4)
        }
        return finish()
    }

    /// Sends packets of this host to itself from sockets of one owner, and returns the source ports of those that reached
    /// the sockets; nil when the owner's sockets cannot be made.
    mutating func sendFromHere(_ packets: [TrialPacket], owner: TrialOwner) throws(KernelTrialError) -> Set<UInt16>? {
        let (euid, egid) = (geteuid(), getegid())
        guard portgate_set_thread_owner(owner.user, owner.group) == 0 else {
            _ = portgate_set_thread_owner(euid, egid)
            return nil
        }
        defer { _ = portgate_set_thread_owner(euid, egid) }
        let v4 = try Self.rawSocket(isV4: true, protocol: Int32(IPPROTO_RAW))
        defer { close(v4) }
        let v6 = try Self.rawSocket(isV4: false, protocol: Int32(IPPROTO_RAW))
        defer { close(v6) }
        begin(packets)
        for (index, packet) in packets.enumerated() {
            try Self.send(packet.bytes, to: packet.destination, through: packet.destination.isV4 ? v4 : v6)
            if index % Self.batch == Self.batch - 1 { drain() }
        }
        for (host, descriptor) in [(IPAddress.v4(IPv4Address(bits: 0x7f00_0001)), v4), (.v6(IPv6Address(bits: 1)), v6)]
        {
            sentinels += 1
            let sentinel = TrialPacket.sentinel(number: sentinels, from: host, to: host)
            try Self.send(sentinel, to: host, through: descriptor)
            try awaitSentinel(isV4: host.isV4)
        }
        return finish()
    }

    // MARK: - Receiving

    // As many packets as the smallest receive buffer holds are on their way at once.
    private static let batch = 32

    private mutating func begin(_ packets: [TrialPacket]) {
        awaited = [:]
        for packet in packets { awaited[packet.sourcePort] = packet }
        arrivals = []
    }

    private mutating func finish() -> Set<UInt16> {
        drain()
        return arrivals
    }

    // Reads everything that has arrived at the sockets of the transport protocols.
    private mutating func drain() {
        for receiver in receivers {
            guard let transport = receiver.transport else { continue }
            Self.drain(receiver.descriptor) { bytes in
                let offset = receiver.isV4 ? Int(bytes[0] & 0x0f) * 4 : 0
                guard bytes.count >= offset + 4 else { return }
                let source = UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
                let destination = UInt16(bytes[offset + 2]) << 8 | UInt16(bytes[offset + 3])
                guard let packet = awaited[source], packet.transport == transport,
                    packet.destinationPort == destination, packet.source.isV4 == receiver.isV4
                else { return }
                // On loopback the answers arrive here as well: only a bare SYN is an attempt.
                if transport == .tcp, bytes.count < offset + 14 || bytes[offset + 13] != 0x02 { return }
                arrivals.insert(source)
            }
        }
    }

    // Waits for the sentinel sent last.
    private mutating func awaitSentinel(isV4: Bool) throws(KernelTrialError) {
        guard let receiver = receivers.first(where: { $0.transport == nil && $0.isV4 == isV4 }) else {
            throw .sentinelLost
        }
        let wanted = sentinels
        var seen = false
        while !seen {
            var waiting = pollfd(fd: receiver.descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, 5_000)
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { throw .sentinelLost }
            Self.drain(receiver.descriptor) { bytes in
                let offset = isV4 ? Int(bytes[0] & 0x0f) * 4 : 0
                guard bytes.count >= offset + 4 else { return }
                let number = bytes[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                if number == wanted { seen = true }
            }
        }
    }

    private static func drain(_ descriptor: Int32, _ each: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: 2048, alignment: 8) { buffer in
            while true {
                let length = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
                if length < 0, errno == EINTR { continue }
                guard length > 0 else { return }
                each(UnsafeRawBufferPointer(rebasing: buffer[..<length]))
            }
        }
    }

    // MARK: - Sending and setting up

    // Hands a packet to the kernel. A refusal by a rule may show as EPERM; anything else is a failure of the trial.
    private static func deliver(_ bytes: [UInt8], _ call: ([UInt8]) -> Int) throws(KernelTrialError) {
        while call(bytes) < 0 {
            let reason = errno
            if reason == EINTR { continue }
            // The hooks of this host refused it, or its own error came back: it has been judged.
            if reason == EPERM || reason == ECONNREFUSED || reason == EACCES || reason == EHOSTUNREACH { return }
            // No packet of this shape can be sent; the control round finds that it never arrives.
            if reason == EINVAL || reason == ENETUNREACH || reason == EADDRNOTAVAIL { return }
            throw .system(call: "send", errno: reason)
        }
    }

    private static func send(
        _ packet: [UInt8], to destination: IPAddress, through descriptor: Int32
    ) throws(KernelTrialError) {
        try deliver(packet) { bytes in
            switch destination {
            case .v4(let address):
                var name = sockaddr_in()
                name.sin_family = sa_family_t(AF_INET)
                name.sin_addr.s_addr = address.bits.bigEndian
                return withUnsafeBytes(of: &name) { raw in
                    sendto(
                        descriptor, bytes, bytes.count, 0,
                        raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
                }
            case .v6(let address):
                var name = sockaddr_in6()
                name.sin6_family = sa_family_t(AF_INET6)
                withUnsafeMutableBytes(of: &name.sin6_addr) { raw in
                    raw.copyBytes(from: TrialPacket.octets(.v6(address)))
                }
                return withUnsafeBytes(of: &name) { raw in
                    sendto(
                        descriptor, bytes, bytes.count, 0,
                        raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
                }
            }
        }
    }

    private static func rawSocket(isV4: Bool, protocol number: Int32) throws(KernelTrialError) -> Int32 {
        let descriptor = portgate_raw_socket(isV4 ? AF_INET : AF_INET6, number)
        guard descriptor >= 0 else {
            let reason = errno
            throw reason == EPERM ? .notPermitted : .system(call: "raw socket", errno: reason)
        }
        return descriptor
    }

    private struct Parts {
        let tun: Int32
        let loopback: UInt32
        let hostV4: IPAddress
        let hostV6: IPAddress
        var receivers: [Receiver] = []
    }

    // Opens everything, or closes what it had opened.
    private static func open(avoiding sources: Set<IPAddress>) throws(KernelTrialError) -> Parts {
        let tun = portgate_open_tun("pgtrial")
        guard tun >= 0 else {
            let reason = errno
            throw reason == EPERM ? .notPermitted : .noTunDevice(errno: reason)
        }
        var opened = [tun]
        do throws(KernelTrialError) {
            let hosts = try configure(RouteNetlink(), avoiding: sources)
            var parts = Parts(tun: tun, loopback: hosts.loopback, hostV4: hosts.v4, hostV6: hosts.v6)
            for isV4 in [true, false] {
                for transport in TransportProtocol.allCases.map(Optional.some) + [nil] {
                    let number = transport?.rawValue ?? TrialPacket.sentinelProtocol
                    let descriptor = try rawSocket(isV4: isV4, protocol: Int32(number))
                    opened.append(descriptor)
                    parts.receivers.append(Receiver(descriptor: descriptor, isV4: isV4, transport: transport))
                }
            }
            return parts
        } catch {
            for descriptor in opened { close(descriptor) }
            throw error
        }
    }

    private static func configure(
        _ route: borrowing RouteNetlink, avoiding sources: Set<IPAddress>
    ) throws(KernelTrialError) -> (loopback: UInt32, v4: IPAddress, v6: IPAddress) {
        let device = if_nametoindex("pgtrial")
        let loopback = if_nametoindex("lo")
        guard device != 0, loopback != 0 else { throw .system(call: "if_nametoindex", errno: errno) }
        // TEST-NET-1 and the documentation block of IPv6, whichever address no packet comes from.
        let v4 = (0..<UInt32.max).lazy.map { IPAddress.v4(IPv4Address(bits: 0xc000_0201 &+ $0)) }
        let v6 = (0..<UInt32.max).lazy.map { offset in
            IPAddress.v6(IPv6Address(bits: 0x2001_0db8_0000_0000_0000_0000_0000_0201 &+ UInt128(offset)))
        }
        guard let host4 = v4.first(where: { !sources.contains($0) }),
            let host6 = v6.first(where: { !sources.contains($0) })
        else { throw .system(call: "address", errno: EADDRNOTAVAIL) }
        try route.bringUp(loopback)
        try route.bringUp(device)
        for host in [host4, host6] {
            try route.add(host, to: device)
            try route.addDefaultRoute(like: host, through: device)
        }
        return (loopback, host4, host6)
    }
}

extension IPAddress {
    /// Whether the address is an IPv4 one.
    var isV4: Bool {
        if case .v4 = self { true } else { false }
    }
}
