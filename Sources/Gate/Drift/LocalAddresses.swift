import Policy

/// The addresses that a host's routes call its own: those of its interfaces, and blocks that are routed to it as a whole.
enum LocalAddresses {
    /// More than the routes of most hosts take in the kernel's text; with more, the addresses are not known.
    private static let mostBytes = 16 << 20

    /// Reads the routes of this thread's network namespace; nil when they cannot be read whole.
    static func read(_ folder: String = "/proc/thread-self/net") -> AddressSet? {
        // Without IPv6 there is no file of it.
        guard let v4 = (try? StateFile.read("\(folder)/fib_trie", limit: mostBytes)) ?? nil,
            let v6 = try? StateFile.read("\(folder)/ipv6_route", limit: mostBytes) ?? []
        else { return nil }
        return AddressSet(
            v4: localBlocks(inTrie: String(decoding: v4, as: UTF8.self)),
            v6: localBlocks(inRoutes: String(decoding: v6, as: UTF8.self)))
    }

    /// Reads the leaves of fib_trie (fib_trie_seq_show, net/ipv4/fib_trie.c): `|-- 10.0.0.1`, and below it for each route
    /// `/32 host LOCAL`.
    static func localBlocks(inTrie text: String) -> IntervalSet<UInt32> {
        var leaf: IPv4Address?
        var found: [Interval<UInt32>] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "|--" {
                leaf = try? IPv4Address(parsing: String(words[1]))
            } else if words.count >= 3, words[2] == "LOCAL", let leaf, words[0].first == "/",
                let length = UInt32(words[0].dropFirst()), length <= 32
            {
                let rest = length == 32 ? 0 : UInt32.max >> length
                found.append(Interval(leaf.bits & ~rest, leaf.bits | rest))
            }
        }
        return IntervalSet(found)
    }

    /// Reads ipv6_route (ipv6_route_native_seq_show, net/ipv6/ip6_fib.c): the destination and its length in hexadecimal first, the
    /// flags before the interface's name; RTF_LOCAL is the highest of them.
    static func localBlocks(inRoutes text: String) -> IntervalSet<UInt128> {
        var found: [Interval<UInt128>] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 10, let address = UInt128(words[0], radix: 16),
                let length = UInt128(words[1], radix: 16), length <= 128,
                let flags = UInt32(words[8], radix: 16), flags & 0x8000_0000 != 0
            else { continue }
            let rest = length == 128 ? 0 : UInt128.max >> length
            found.append(Interval(address & ~rest, address | rest))
        }
        return IntervalSet(found)
    }
}
