import Glibc

/// What tables of other owners hold that acts on packets before the gate, or around it.
struct OtherTables: Hashable, Sendable {
    /// Base chains that come first, in words.
    var earlierChains: [String] = []
    /// Flowtables, as `inet fast flows`.
    var flowtables: [String] = []
    /// Helpers of conntrack, as `inet other ftp-standard`.
    var helpers: [String] = []

    // Message numbers of linux/netfilter/nf_tables.h.
    private static let subsystem: UInt16 = 10 << 8
    private static let getChain: UInt16 = 4
    private static let getObject: UInt16 = 19
    private static let getFlowtable: UInt16 = 23

    /// Asks the kernel for them.
    static func read() throws(NetlinkSocket.Failure) -> OtherTables {
        var socket = try NetlinkSocket(family: 12)
        var found = OtherTables()
        for payload in try ask(getChain, &socket) {
            if let words = try earlierChain(payload) { found.earlierChains.append(words) }
        }
        // NFTA_OBJ_TYPE 3 is NFT_OBJECT_CT_HELPER.
        for payload in try ask(getObject, &socket) {
            let attributes = try self.attributes(payload)
            guard NetlinkReply.networkNumber(UInt32.self, in: attributes[3] ?? []) == 3 else { continue }
            found.helpers.append(name(payload, attributes, name: 2))
        }
        for payload in try ask(getFlowtable, &socket) {
            found.flowtables.append(name(payload, try attributes(payload), name: 2))
        }
        return found
    }

    /// Describes a base chain that sees packets before the gate: at the hooks of devices and bridges, or at prerouting and
    /// output with a priority before it.
    static func earlierChain(_ payload: ArraySlice<UInt8>) throws(NetlinkSocket.Failure) -> String? {
        let attributes = try attributes(payload)
        guard let hook = attributes[4], let family = payload.first else { return nil }
        let registration = try nested(hook)
        guard let point = NetlinkReply.networkNumber(UInt32.self, in: registration[1] ?? []),
            let priority = NetlinkReply.networkNumber(Int32.self, in: registration[2] ?? [])
        else { return nil }
        let name = name(payload, attributes, name: 3)
        switch (family, point) {
        case (1, 0), (1, 3), (2, 0), (2, 3), (10, 0), (10, 3):
            guard priority < -150, NetlinkReply.text(attributes[1] ?? []) != "portgate" else { return nil }
            return "\(name): \(point == 0 ? "prerouting" : "output"), priority \(priority)"
        // NF_INET_INGRESS of inet, and every hook of netdev and bridge.
        case (1, 5), (5, _), (7, _): return "\(name): hook \(point) of a device or bridge, priority \(priority)"
        default: return nil
        }
    }

    private static func ask(
        _ message: UInt16, _ socket: inout NetlinkSocket
    ) throws(NetlinkSocket.Failure) -> [ArraySlice<UInt8>] {
        var request = NetlinkRequest(
            type: subsystem | message, flags: NetlinkRequest.request | NetlinkRequest.dump)
        // struct nfgenmsg: family, version 0, resource id 0.
        request.append([0, 0, 0, 0])
        return try socket.ask(request).map(\.payload)
    }

    private static func name(
        _ payload: ArraySlice<UInt8>, _ attributes: [UInt16: ArraySlice<UInt8>], name: UInt16
    ) -> String {
        let families: [UInt8: String] = [1: "inet", 2: "ip", 3: "arp", 5: "netdev", 7: "bridge", 10: "ip6"]
        let family = payload.first.flatMap { families[$0] } ?? "family"
        return "\(family) \(NetlinkReply.text(attributes[1] ?? [])) \(NetlinkReply.text(attributes[name] ?? []))"
    }

    private static func attributes(
        _ payload: ArraySlice<UInt8>
    ) throws(NetlinkSocket.Failure) -> [UInt16: ArraySlice<UInt8>] {
        guard payload.count >= 4 else { throw .malformed }
        return try nested(payload.dropFirst(4))
    }

    private static func nested(
        _ bytes: ArraySlice<UInt8>
    ) throws(NetlinkSocket.Failure) -> [UInt16: ArraySlice<UInt8>] {
        do throws(NetlinkReply.Malformed) { return try NetlinkReply.attributes(in: bytes) } catch { throw .malformed }
    }
}
