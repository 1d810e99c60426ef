import Policy

/// A set of sources for people and programs: the first of its blocks, and how much there is.
struct SourceWords {
    /// Remote blocks, at most as many as were asked for.
    let blocks: [String]
    /// Remote blocks beyond those.
    let blocksLeft: Int
    /// What of this host itself is meant: `loopback` for all of it, else blocks.
    let own: [String]
    /// Blocks of this host's addresses that are not meant although `loopback` is.
    let ownExcept: [String]
    /// Whether every remote source is meant.
    let isAnyRemote: Bool
    /// The number of IPv4 addresses that are not this host's.
    let count4: UInt128
    /// The number of IPv6 addresses that are not this host's; `UInt128.max` for all or all but one.
    let count6: UInt128
    private let size: String
    /// The remote blocks that are not meant, where naming them is shorter; else empty.
    private let except: [String]

    /// Takes at most `limit` blocks from a set.
    init(_ sources: SourceSet, limit: Int) {
        let any = AddressSet.any
        isAnyRemote = sources.remote4 == any.v4 && sources.remote6 == any.v6
        var blocks: [String] = []
        Self.append(sources.remote4, limit, to: &blocks) { .v4(IPv4Address(bits: $0), prefix: $1) }
        Self.append(sources.remote6, limit, to: &blocks) { .v6(IPv6Address(bits: $0), prefix: $1) }
        var count = 0
        sources.remote4.forEachBlock { _, _ in count += 1 }
        sources.remote6.forEachBlock { _, _ in count += 1 }
        self.blocks = blocks
        blocksLeft = count - blocks.count
        except = blocksLeft > 0 ? Self.rest(any, sources, limit) : []
        count4 = sources.remote4.memberCount
        count6 = sources.remote6.memberCount
        size = AddressSet(v4: sources.remote4, v6: sources.remote6).remoteSize

        // An address outside 127.0.0.0/8 stands for every way of this host to itself.
        let isWide = sources.own4.contains(0) || sources.own6.contains(0)
        let home4 = AddressSet.loopbackV4Block
        let home6 = AddressSet.loopbackV6Block
        var literal: [String] = []
        let chosen4 = isWide ? home4.subtracting(sources.own4) : sources.own4.intersection(home4)
        let chosen6 = isWide ? home6.subtracting(sources.own6) : sources.own6.intersection(home6)
        Self.append(chosen4, limit, to: &literal) { .v4(IPv4Address(bits: $0), prefix: $1) }
        Self.append(chosen6, limit, to: &literal) { .v6(IPv6Address(bits: $0), prefix: $1) }
        own = isWide ? ["loopback"] : literal
        ownExcept = isWide ? literal : []
    }

    private static func rest(_ any: AddressSet, _ sources: SourceSet, _ limit: Int) -> [String] {
        let (left4, left6) = (any.v4.subtracting(sources.remote4), any.v6.subtracting(sources.remote6))
        var count = 0
        left4.forEachBlock { _, _ in count += 1 }
        left6.forEachBlock { _, _ in count += 1 }
        guard count <= limit else { return [] }
        var blocks: [String] = []
        append(left4, limit, to: &blocks) { .v4(IPv4Address(bits: $0), prefix: $1) }
        append(left6, limit, to: &blocks) { .v6(IPv6Address(bits: $0), prefix: $1) }
        return blocks
    }

    private static func append<Bound>(
        _ set: IntervalSet<Bound>, _ limit: Int, to blocks: inout [String], _ block: (Bound, UInt8) -> CIDR
    ) {
        // A block is at least a part of an interval, so no more intervals than blocks are needed.
        IntervalSet(Array(set.intervals.prefix(limit))).forEachBlock { first, prefix in
            guard blocks.count < limit else { return }
            blocks.append(block(first, UInt8(truncatingIfNeeded: prefix)).description)
        }
    }

    /// In words: `10.9.0.0/16 (65,536 IPv4 addresses)`.
    var text: String {
        var parts: [String] = []
        if isAnyRemote {
            parts.append("any remote source")
        } else if !except.isEmpty {
            parts.append("any remote source but \(except.joined(separator: ", "))")
        } else if !blocks.isEmpty {
            let list = blocks.joined(separator: ", ") + (blocksLeft > 0 ? " and \(blocksLeft) more blocks" : "")
            parts.append("\(list) (\(size))")
        }
        if !own.isEmpty {
            let except = ownExcept.isEmpty ? "" : ", except from \(ownExcept.joined(separator: ", "))"
            let named =
                own == ["loopback"] ? "this host itself" : "this host itself from \(own.joined(separator: ", "))"
            parts.append(named + except)
        }
        return parts.joined(separator: ", and ")
    }
}
