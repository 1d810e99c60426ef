import Host
import Policy

/// What WireGuard says of an interface: the addresses that it takes from peers, each bound to a peer's key.
enum WireGuardPeers: Hashable, Sendable {
    /// The addresses that are bound to some peer.
    case bound(v4: IntervalSet<UInt32>, v6: IntervalSet<UInt128>)
    /// `wg` does not take it for an interface of WireGuard.
    case refused(String)
    /// Nothing is known: there is no `wg` here, or it may not look.
    case unknown(reason: String)

    private static let programs = ["/usr/bin/wg", "/usr/sbin/wg", "/usr/local/bin/wg"]

    /// Asks `wg show INTERFACE allowed-ips`, in the network namespace of the calling thread. Keys that are secret are not asked
    /// for.
    static func read(_ interface: String) -> WireGuardPeers {
        // Words that `wg show` takes for something else than an interface.
        guard !["all", "interfaces", "help"].contains(interface), !interface.hasPrefix("-") else {
            return .unknown(reason: "wg takes '\(interface)' for a command")
        }
        for program in programs {
            do throws(SubprocessError) {
                let outcome = try Subprocess(
                    path: program, arguments: ["show", interface, "allowed-ips"], timeout: .seconds(10),
                    maxOutputBytes: 16 << 20
                ).run()
                if outcome.succeeded { return parse(outcome.output) }
                let words = message(outcome.error)
                // EPERM and EACCES: that says nothing about the interface.
                let isForbidden = words.hasSuffix("Operation not permitted") || words.hasSuffix("Permission denied")
                guard case .exited = outcome.ending, !isForbidden else { return .unknown(reason: words) }
                return .refused(words)
            } catch {
                if case .missing = error { continue }
                return .unknown(reason: "wg cannot be run")
            }
        }
        return .unknown(reason: "there is no wg here")
    }

    /// Reads lines of a peer's key, a tab, and blocks with blanks between, or `(none)`.
    static func parse(_ output: [UInt8]) -> WireGuardPeers {
        var v4: [Interval<UInt32>] = []
        var v6: [Interval<UInt128>] = []
        for line in output.split(separator: UInt8(ascii: "\n")) {
            guard let tab = line.firstIndex(of: UInt8(ascii: "\t")) else { continue }
            for block in line[line.index(after: tab)...].split(separator: UInt8(ascii: " ")) {
                guard let block = try? CIDR(parsing: String(decoding: block, as: UTF8.self)) else { continue }
                let set = AddressSet(cidrs: [block])
                v4 += set.v4.intervals
                v6 += set.v6.intervals
            }
        }
        return .bound(v4: IntervalSet(v4), v6: IntervalSet(v6))
    }

    private static func message(_ error: [UInt8]) -> String {
        let line = error.split(separator: UInt8(ascii: "\n")).first ?? []
        let text = String(decoding: line.prefix(200).filter { $0 >= 0x20 && $0 < 0x7f }, as: UTF8.self)
        return text.isEmpty ? "wg says nothing" : text
    }
}
