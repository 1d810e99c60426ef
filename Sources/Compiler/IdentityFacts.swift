import Nftables
import Policy

/// What a table says about identities that only the host can settle, one line each in the comments of ``ObjectNames/about``:
/// which path a set of cgroups stands for, and which interfaces are WireGuard's.
public enum IdentityFacts {
    /// Begins the fact about a set of cgroups: `cgroup SET PATH`. A path that is too long goes on in the next one.
    public static let cgroup = "cgroup "
    /// Begins the fact about an interface: `wireguard INTERFACE`.
    public static let wireguard = "wireguard "
    /// Begins the fact about an account: `account user NAME NUMBER`.
    public static let account = "account "

    /// Stands for the backslash of systemd's names, which is not in the alphabet of comments; no path holds it.
    private static let backslash = UInt8(ascii: "?")

    /// Returns the facts about the set of a cgroup.
    static func facts(of cgroup: ProcessClause.Cgroup) -> [String] {
        let beginning = "\(self.cgroup)\(ObjectNames.cgroups(cgroup)) "
        let room = TextBounds.maxCommentBytes - beginning.utf8.count
        let path = cgroup.path.utf8.map { $0 == UInt8(ascii: "\\") ? backslash : $0 }
        return stride(from: 0, to: path.count, by: room).map { start in
            beginning + String(decoding: path[start..<min(start + room, path.count)], as: UTF8.self)
        }
    }

    /// Returns the set and the part of its path that a fact tells, or nil when it tells something else.
    public static func cgroup(in fact: String) -> (set: String, part: String)? {
        guard fact.hasPrefix(cgroup) else { return nil }
        let words = fact.dropFirst(cgroup.count).split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].hasPrefix(ObjectNames.cgroupPrefix) else { return nil }
        let path = words[1].utf8.map { $0 == backslash ? UInt8(ascii: "\\") : $0 }
        return (String(words[0]), String(decoding: path, as: UTF8.self))
    }

    /// Returns the name of the identity that a set of cgroups belongs to.
    public static func identity(ofSet set: String) -> String {
        String(set.dropFirst(ObjectNames.cgroupPrefix.count).prefix { $0 != "/" })
    }
}
