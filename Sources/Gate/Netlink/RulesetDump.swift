import Glibc
import Nftables

/// Netlink dumps of a whole ruleset, decoded as they arrive. Message and attribute numbers are those of
/// linux/netfilter/nf_tables.h.
struct RulesetDump: ~Copyable {
    /// What is dumped for all tables at once, in an order in which what is referred to comes first.
    enum Kind: UInt16, CaseIterable {
        case tables = 1
        case sets = 10
        case chains = 4
        case rules = 7
        case objects = 19
        case flowtables = 23

        /// NFT_MSG_NEW*, by which it is answered.
        var answer: UInt16 { rawValue - 1 }
    }

    private var query: NetfilterQuery
    private(set) var decoder = RulesetDecoder()

    /// Opens a socket in the network namespace of the calling thread.
    init() throws(NetlinkSocket.Failure) { query = try NetfilterQuery(timeoutMilliseconds: 30_000) }

    /// Reads the generation.
    mutating func generation() throws(NetlinkSocket.Failure) -> UInt32 { try query.generation() }

    /// Reads everything of a kind.
    mutating func take(_ kind: Kind) throws(NetlinkSocket.Failure) {
        let request = NetfilterQuery.request(
            message: kind.rawValue, family: 0, flags: NetlinkRequest.request | NetlinkRequest.dump)
        do throws(NetlinkSocket.Failure) {
            try dump(request, answer: kind.answer)
        } catch {
            // A kernel without flowtables does not know the question: it has none.
            guard kind == .flowtables, case .system("netlink", let code) = error, [EINVAL, EOPNOTSUPP].contains(code)
            else { throw error }
        }
    }

    /// Reads the elements of a set. When that fails for another reason than a change, the set says so.
    mutating func takeElements(of set: LiveSet, in table: LiveTable) throws(NetlinkSocket.Failure) {
        var request = NetfilterQuery.request(
            message: 13, family: table.family.rawValue, flags: NetlinkRequest.request | NetlinkRequest.dump)
        request.append(attribute: 1, NetlinkName.bytes(of: table.name) + [0])
        request.append(attribute: 2, NetlinkName.bytes(of: set.name) + [0])
        do throws(NetlinkSocket.Failure) {
            try dump(request, answer: 12)
        } catch {
            if error == .interrupted { throw error }
            leave(set, of: table, because: error.words)
            // What is left of the answer waits in the old socket.
            query = try NetfilterQuery(timeoutMilliseconds: 30_000)
        }
    }

    /// Says of a set that its elements were not read.
    mutating func leave(_ set: LiveSet, of table: LiveTable, because reason: String) {
        decoder.leave(elementsOf: set.name, in: table.family, table: table.name, because: reason)
    }

    /// Returns what was read.
    consuming func finished(at generation: UInt32) -> LiveRuleset {
        var ruleset = decoder.ruleset
        ruleset.generation = generation
        return ruleset
    }

    private mutating func dump(_ request: NetlinkRequest, answer: UInt16) throws(NetlinkSocket.Failure) {
        // The decoder is the only owner of what it has read, else each message would copy it.
        var decoder = RulesetDecoder()
        swap(&decoder, &self.decoder)
        defer { swap(&decoder, &self.decoder) }
        try query.socket.dump(request) { message throws(NetlinkBytes.Malformed) in
            guard message.type == NetfilterQuery.subsystem | answer else { return }
            decoder.take(type: message.type, payload: message.payload)
        }
    }
}
