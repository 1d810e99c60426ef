import Glibc

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

    /// Sets the bits of a mask to zero in the mark of every connection in which they equal a value, and returns how many
    /// those were. Other bits stay. A connection that ends meanwhile is not counted.
    ///
    /// The kernel changes a mark without looking at it: bits that something else set since the dump are lost too.
    mutating func clear(equalTo value: UInt32, mask: UInt32) throws(NetlinkSocket.Failure) -> Int {
        var cleared = 0
        var rest = try connections(markedWith: value & mask, mask: mask)[...]
        while !rest.isEmpty {
            cleared += try clear(rest.prefix(Self.perCall), mask: mask)
            rest = rest.dropFirst(Self.perCall)
        }
        return cleared
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

    private mutating func clear(
        _ connections: ArraySlice<Connection>, mask: UInt32
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
            writer.attribute(Self.mark, UInt32(0))
            writer.attribute(Self.mask, mask)
            writer.closeMessage(start)
        }
        try socket.send(writer.bytes)
        var answered = 0
        var changed = 0
        while answered < connections.count {
            _ = try socket.eachMessage { message throws(NetlinkSocket.Failure) in
                guard message.type == NetlinkReply.Message.error, message.sequence &- first < UInt32(connections.count)
                else { return false }
                guard message.payload.count >= 4 else { throw .malformed }
                let code = message.payload.loadUnaligned(as: Int32.self)
                answered += 1
                guard code == 0 || code == -ENOENT else {
                    throw .system(call: "netlink", errno: code == .min ? .max : -code)
                }
                if code == 0 { changed += 1 }
                return false
            }
        }
        return changed
    }
}
