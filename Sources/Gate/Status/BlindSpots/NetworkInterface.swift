/// An interface of this network namespace, as far as it may carry packets past the gate.
struct NetworkInterface: Hashable, Sendable {
    /// Its index.
    let index: UInt32
    /// Its name.
    let name: String
    /// Its kind, as `bridge`; empty for a device of its own.
    let kind: String
    /// The index of the interface that it is a port of; 0 is none.
    let master: UInt32
    /// Whether an XDP program is attached.
    let hasProgram: Bool

    /// Reads the interfaces by rtnetlink(7).
    static func all() throws(NetlinkSocket.Failure) -> [NetworkInterface] {
        var socket = try NetlinkSocket(family: 0)
        // RTM_GETLINK with struct ifinfomsg; RTM_NEWLINK answers.
        var request = NetlinkRequest(type: 18, flags: NetlinkRequest.request | NetlinkRequest.dump)
        request.append([UInt8](repeating: 0, count: 16))
        var found: [NetworkInterface] = []
        for answer in try socket.ask(request) where answer.type == 16 {
            guard let index = NetlinkReply.number(UInt32.self, in: answer.payload, at: 4) else { throw .malformed }
            let attributes = try nested(answer.payload.dropFirst(16))
            // IFLA_LINKINFO 18 with IFLA_INFO_KIND 1, IFLA_XDP 43 with IFLA_XDP_ATTACHED 2, IFLA_MASTER 10, IFLA_IFNAME 3.
            let kind = try nested(attributes[18] ?? [])[1] ?? []
            let attached = try nested(attributes[43] ?? [])[2]?.first ?? 0
            found.append(
                NetworkInterface(
                    index: index, name: NetlinkReply.text(attributes[3] ?? []), kind: NetlinkReply.text(kind),
                    master: NetlinkReply.number(UInt32.self, in: attributes[10] ?? [], at: 0) ?? 0,
                    hasProgram: attached != 0))
        }
        return found
    }

    /// Reads on which interfaces tc filters may stand that see packets before any table: those with a queue of the kind
    /// ingress or clsact.
    static func withIngress() throws(NetlinkSocket.Failure) -> Set<UInt32> {
        var socket = try NetlinkSocket(family: 0)
        // RTM_GETQDISC with struct tcmsg; TCA_KIND is 1.
        var request = NetlinkRequest(type: 38, flags: NetlinkRequest.request | NetlinkRequest.dump)
        request.append([UInt8](repeating: 0, count: 20))
        var found: Set<UInt32> = []
        for answer in try socket.ask(request) where answer.type == 36 {
            guard let index = NetlinkReply.number(UInt32.self, in: answer.payload, at: 4) else { throw .malformed }
            let kind = NetlinkReply.text(try nested(answer.payload.dropFirst(20))[1] ?? [])
            if kind == "ingress" || kind == "clsact" { found.insert(index) }
        }
        return found
    }

    private static func nested(
        _ bytes: ArraySlice<UInt8>
    ) throws(NetlinkSocket.Failure) -> [UInt16: ArraySlice<UInt8>] {
        do throws(NetlinkReply.Malformed) { return try NetlinkReply.attributes(in: bytes) } catch { throw .malformed }
    }
}
