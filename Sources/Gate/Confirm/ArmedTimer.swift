import Glibc

/// What the kernel says of the elements that let a new generation judge.
public struct ArmedTimer: Hashable, Sendable {
    /// Milliseconds until the first of them goes.
    public let left: UInt64
    /// Milliseconds they were given.
    public let given: UInt64

    /// Creates a timer.
    public init(left: UInt64, given: UInt64) {
        self.left = left
        self.given = given
    }

    /// Seconds left, a begun one counted.
    public var seconds: UInt64 { (left + 999) / 1000 }
}

extension NetfilterQuery {
    /// Reads the elements of a set that has timeouts; nil when the set is not there or none is left in it. Of several the one
    /// counts that goes first.
    mutating func timer(table: String, set: String) throws(NetlinkSocket.Failure) -> ArmedTimer? {
        // NFT_MSG_GETSETELEM, answered by NFT_MSG_NEWSETELEM.
        var request = Self.request(message: 13, family: 1, flags: NetlinkRequest.request | NetlinkRequest.dump)
        request.append(attribute: 1, text: table)
        request.append(attribute: 2, text: set)
        let answers: [(type: UInt16, payload: ArraySlice<UInt8>)]
        do throws(NetlinkSocket.Failure) { answers = try socket.ask(request) } catch {
            if case .system("netlink", ENOENT) = error { return nil }
            throw error
        }
        var first: ArmedTimer?
        for answer in answers where answer.type == Self.subsystem | 12 {
            guard let list = try Self.attributes(answer.payload)[3] else { continue }
            for element in try Self.elements(list) {
                guard let given = NetlinkReply.networkNumber(UInt64.self, in: element[4] ?? []),
                    let left = NetlinkReply.networkNumber(UInt64.self, in: element[5] ?? []), left > 0
                else { continue }
                if first.map({ left < $0.left }) ?? true { first = ArmedTimer(left: left, given: given) }
            }
        }
        return first
    }

    /// Splits a list of elements (NFTA_LIST_ELEM) into the attributes of each.
    private static func elements(
        _ list: ArraySlice<UInt8>
    ) throws(NetlinkSocket.Failure) -> [[UInt16: ArraySlice<UInt8>]] {
        var found: [[UInt16: ArraySlice<UInt8>]] = []
        var rest = list
        while let length = NetlinkReply.number(UInt16.self, in: rest, at: 0) {
            guard length >= 4, length <= rest.count else { throw .malformed }
            found.append(try nested(rest[(rest.startIndex + 4)..<(rest.startIndex + Int(length))]))
            rest = rest.dropFirst((Int(length) + 3) & ~3)
        }
        return found
    }
}
