/// A conntrack state, by its bit as nft prints it.
public enum ConnectionState: UInt32, Hashable, Sendable, CaseIterable {
    /// `invalid`.
    case invalid = 0x1
    /// `established`.
    case established = 0x2
    /// `related`.
    case related = 0x4
    /// `new`.
    case new = 0x8
    /// `untracked`.
    case untracked = 0x40
}
