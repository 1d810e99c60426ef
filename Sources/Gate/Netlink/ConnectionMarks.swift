import Glibc
import Nftables

/// Changes marks of tracked connections (linux/netfilter/nfnetlink_conntrack.h).
struct ConnectionMarks: ~Copyable {
    /// IPCTNL_MSG_CT_NEW and IPCTNL_MSG_CT_GET of NFNL_SUBSYS_CTNETLINK.
    private static let (new, get): (UInt16, UInt16) = (1 << 8, 1 << 8 | 1)
    /// CTA_TUPLE_ORIG, CTA_MARK, CTA_ZONE, CTA_MARK_MASK.
    private static let (original, mark, zone, mask): (UInt16, UInt16, UInt16, UInt16) = (1, 8, 18, 21)
    /// Connections changed by one call of sendto(2).
    private static let perCall = 64

    private var socket: NetlinkSocket
    private var sequence: UInt32 = 0x6000_0000

    /// A connection, as much as is needed to name it.
    struct Connection {
        let family: UInt8
        let tuple: [UInt8]
        let zone: [UInt8]?
    }

    /// Opens a socket in the network namespace of the calling thread.
    init(timeoutMilliseconds: Int32 = 30_000) throws(NetlinkSocket.Failure) {
        socket = try NetlinkSocket(family: 12, timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Changes the bits of a mask in the mark of every connection in which they equal a value, and returns how many those
    /// were. Other bits stay. A connection that ends meanwhile is not counted.
    ///
    /// The kernel changes a mark without looking at it: bits that something else set since the dump are lost too.
    mutating func change(
        from value: UInt32, to other: UInt32, mask: UInt32
    ) throws(NetlinkSocket.Failure) -> Int {
        var changed = 0
        var rest = try connections(markedWith: value & mask, mask: mask)[...]
        while !rest.isEmpty {
            changed += try change(rest.prefix(Self.perCall), to: other & mask, mask: mask)
            rest = rest.dropFirst(Self.perCall)
        }
        return changed
    }

    /// Reads the connections whose masked mark equals a value.
    mutating func connections(markedWith value: UInt32, mask: UInt32) throws(NetlinkSocket.Failure) -> [Connection] {
        var request = NetlinkRequest(type: Self.get, flags: NetlinkRequest.request | NetlinkRequest.dump)
        request.append([0, 0, 0, 0])
        request.append(attribute: Self.mark, NetlinkRequest.network(value))
        request.append(attribute: Self.mask, NetlinkRequest.network(mask))
        var found: [Connection] = []
        try socket.dump(request) { message throws(NetlinkReply.Malformed) in
            guard message.type == Self.new else { return }
            if let connection = try Self.connection(in: message.payload, markedWith: value, mask: mask) {
                found.append(connection)
            }
        }
        return found
    }

    /// Reads a connection; nil when its mark is another one, which an older kernel lists all the same.
    static func connection(
        in payload: UnsafeRawBufferPointer, markedWith value: UInt32, mask: UInt32
    ) throws(NetlinkReply.Malformed) -> Connection? {
        guard payload.count >= 4 else { throw .length }
        var tuple: [UInt8]?
        var zone: [UInt8]?
        var mark: UInt32 = 0
        var attributes = NetlinkBytes(UnsafeRawBufferPointer(rebasing: payload[4...]))
        while let attribute = try attributes.nextAttribute() {
            switch attribute.type {
            case Self.original: tuple = Array(attribute.payload)
            case Self.zone: zone = Array(attribute.payload)
            case Self.mark:
                guard attribute.payload.count == 4 else { throw .length }
                mark = UInt32(bigEndian: attribute.payload.loadUnaligned(as: UInt32.self))
            default: continue
            }
        }
        guard mark & mask == value else { return nil }
        guard let tuple else { throw .length }
        return Connection(family: payload[0], tuple: tuple, zone: zone)
    }

    private mutating func change(
        _ connections: ArraySlice<Connection>, to value: UInt32, mask: UInt32
    ) throws(NetlinkSocket.Failure) -> Int {
        var writer = NetlinkWriter()
        let first = sequence
        for connection in connections {
            // NLM_F_REQUEST and NLM_F_ACK, and not NLM_F_CREATE: only what is there is changed.
            let start = writer.openMessage(
                type: Self.new, flags: 0x5, sequence: sequence, family: connection.family)
            sequence &+= 1
            writer.attribute(Self.original | 0x8000, bytes: connection.tuple)
            if let zone = connection.zone { writer.attribute(Self.zone, bytes: zone) }
            writer.attribute(Self.mark, value)
            writer.attribute(Self.mask, mask)
            writer.closeMessage(start)
        }
        return try answers(writer, first: first, count: connections.count, tolerating: ENOENT)
    }

    /// Takes over connections that were open before the gate was: each gets the bits of a mark, and one that is not tracked
    /// yet is tracked from now on. Returns how many there are.
    mutating func takeOver(
        _ connections: [OpenConnection], mark value: UInt32, mask: UInt32
    ) throws(NetlinkSocket.Failure) -> Int {
        var taken = 0
        var rest = connections[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.perCall)
            // First what is tracked, by its own mark; then what is not, which another packet may have begun to track.
            for create in [true, false] {
                var writer = NetlinkWriter()
                let first = sequence
                for connection in part {
                    // NLM_F_REQUEST, NLM_F_ACK, and to create NLM_F_CREATE and NLM_F_EXCL.
                    let start = writer.openMessage(
                        type: Self.new, flags: create ? 0x605 : 0x5, sequence: sequence, family: connection.family)
                    sequence &+= 1
                    connection.write(to: &writer, creating: create, mark: value, mask: mask)
                    writer.closeMessage(start)
                }
                let count = try answers(writer, first: first, count: part.count, tolerating: create ? EEXIST : ENOENT)
                if !create { taken += count }
            }
            rest = rest.dropFirst(Self.perCall)
        }
        return taken
    }

    /// Sends messages and counts those that the kernel carried out.
    private mutating func answers(
        _ writer: NetlinkWriter, first: UInt32, count: Int, tolerating tolerated: Int32
    ) throws(NetlinkSocket.Failure) -> Int {
        try socket.send(writer.bytes)
        var answered = 0
        var done = 0
        while answered < count {
            _ = try socket.eachMessage { message throws(NetlinkSocket.Failure) in
                guard message.type == NetlinkReply.Message.error, message.sequence &- first < UInt32(count)
                else { return false }
                guard message.payload.count >= 4 else { throw .malformed }
                let code = message.payload.loadUnaligned(as: Int32.self)
                answered += 1
                guard code == 0 || code == -tolerated else {
                    throw .system(call: "netlink", errno: code == .min ? .max : -code)
                }
                if code == 0 { done += 1 }
                return false
            }
        }
        return done
    }
}
