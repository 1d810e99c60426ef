import Glibc

/// Questions to nf_tables over netlink, for what a listing cannot tell: the generation, counters, who else judges.
/// Message and attribute numbers are those of linux/netfilter/nf_tables.h.
struct NetfilterQuery: ~Copyable {
    static let subsystem: UInt16 = 10 << 8
    var socket: NetlinkSocket

    /// Opens a socket in the network namespace of the calling thread.
    init(timeoutMilliseconds: Int32 = 5_000) throws(NetlinkSocket.Failure) {
        socket = try NetlinkSocket(family: 12, timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Reads the generation of the ruleset: it moves with every transaction of anybody.
    mutating func generation() throws(NetlinkSocket.Failure) -> UInt32 {
        let request = Self.request(message: 16, family: 0, flags: NetlinkRequest.request)
        for answer in try socket.ask(request) where answer.type == Self.subsystem | 15 {
            if let value = NetlinkReply.networkNumber(UInt32.self, in: try Self.attributes(answer.payload)[1] ?? []) {
                return value
            }
        }
        throw .malformed
    }

    /// Tells whether a table of family inet is there.
    mutating func hasTable(_ name: String) throws(NetlinkSocket.Failure) -> Bool {
        var request = Self.request(message: 1, family: 1, flags: NetlinkRequest.request)
        request.append(attribute: 1, text: name)
        do throws(NetlinkSocket.Failure) {
            return try socket.ask(request).contains { $0.type == Self.subsystem | 0 }
        } catch {
            if case .system("netlink", ENOENT) = error { return false }
            throw error
        }
    }

    /// Reads how many elements a set of table `inet portgate` has, intervals counted as one; nil when the kernel does not tell
    /// (NFTA_SET_COUNT is not in 6.1).
    mutating func elementCount(ofSet name: String) throws(NetlinkSocket.Failure) -> UInt32? {
        var request = Self.request(message: 10, family: 1, flags: NetlinkRequest.request)
        request.append(attribute: 1, text: "portgate")
        request.append(attribute: 2, text: name)
        for answer in try socket.ask(request) where answer.type == Self.subsystem | 9 {
            let attributes = try Self.attributes(answer.payload)
            return attributes[20].flatMap { NetlinkReply.networkNumber(UInt32.self, in: $0) }
        }
        throw .malformed
    }

    /// Reads the named counters of a table of family inet.
    mutating func counters(table: String) throws(NetlinkSocket.Failure) -> [String: CounterValue] {
        var request = Self.request(message: 19, family: 1, flags: NetlinkRequest.request | NetlinkRequest.dump)
        request.append(attribute: 1, text: table)
        request.append(attribute: 3, NetlinkRequest.network(UInt32(1)))
        var found: [String: CounterValue] = [:]
        for answer in try socket.ask(request) where answer.type == Self.subsystem | 18 {
            let attributes = try Self.attributes(answer.payload)
            // The kernel filters by table and kind; it is checked all the same.
            guard let owner = attributes[1], NetlinkReply.text(owner) == table, let name = attributes[2],
                let kind = attributes[3], NetlinkReply.networkNumber(UInt32.self, in: kind) == 1,
                let data = attributes[4]
            else { continue }
            let values = try Self.nested(data)
            found[NetlinkReply.text(name)] = CounterValue(
                packets: NetlinkReply.networkNumber(UInt64.self, in: values[2] ?? []) ?? 0,
                bytes: NetlinkReply.networkNumber(UInt64.self, in: values[1] ?? []) ?? 0)
        }
        return found
    }

    /// Reads the base chains of every table of the families that see a host's IP traffic (inet, ip, ip6).
    mutating func baseChains() throws(NetlinkSocket.Failure) -> [BaseChain] {
        var found: [BaseChain] = []
        let request = Self.request(message: 4, family: 0, flags: NetlinkRequest.request | NetlinkRequest.dump)
        for answer in try socket.ask(request) where answer.type == Self.subsystem | 3 {
            guard let number = answer.payload.first, let family = BaseChain.Family(rawValue: number) else { continue }
            let attributes = try Self.attributes(answer.payload)
            guard let table = attributes[1], let name = attributes[3], let hook = attributes[4] else { continue }
            let registration = try Self.nested(hook)
            guard let point = NetlinkReply.networkNumber(UInt32.self, in: registration[1] ?? []),
                let priority = NetlinkReply.networkNumber(Int32.self, in: registration[2] ?? [])
            else { continue }
            let policy = NetlinkReply.networkNumber(UInt32.self, in: attributes[5] ?? [])
            found.append(
                BaseChain(
                    family: family, table: NetlinkReply.text(table), name: NetlinkReply.text(name),
                    kind: NetlinkReply.text(attributes[7] ?? []), hook: point, priority: priority,
                    dropsByDefault: policy == 0))
        }
        return found
    }

    /// Reads the rules of a table of family inet, in the order of each chain.
    mutating func rules(table: String) throws(NetlinkSocket.Failure) -> [LiveRule] {
        var request = Self.request(message: 7, family: 1, flags: NetlinkRequest.request | NetlinkRequest.dump)
        request.append(attribute: 1, text: table)
        var found: [LiveRule] = []
        for answer in try socket.ask(request) where answer.type == Self.subsystem | 6 {
            let attributes = try Self.attributes(answer.payload)
            guard let owner = attributes[1], NetlinkReply.text(owner) == table, let chain = attributes[2] else {
                continue
            }
            found.append(
                LiveRule(
                    chain: NetlinkReply.text(chain), comment: LiveRule.comment(inUserData: attributes[7] ?? []),
                    expressions: Array(attributes[4] ?? [])))
        }
        return found
    }

    static func request(message: UInt16, family: UInt8, flags: UInt16) -> NetlinkRequest {
        var request = NetlinkRequest(type: subsystem | message, flags: flags)
        // struct nfgenmsg: family, version 0, resource id 0.
        request.append([family, 0, 0, 0])
        return request
    }

    static func attributes(
        _ payload: ArraySlice<UInt8>
    ) throws(NetlinkSocket.Failure) -> [UInt16: ArraySlice<UInt8>] {
        guard payload.count >= 4 else { throw .malformed }
        return try nested(payload.dropFirst(4))
    }

    static func nested(
        _ bytes: ArraySlice<UInt8>
    ) throws(NetlinkSocket.Failure) -> [UInt16: ArraySlice<UInt8>] {
        do throws(NetlinkReply.Malformed) { return try NetlinkReply.attributes(in: bytes) } catch { throw .malformed }
    }
}
