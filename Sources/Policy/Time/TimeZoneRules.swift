/// The offsets of a time zone from UTC, past and future.
public struct TimeZoneRules: Hashable, Sendable {
    /// The IANA name.
    public let name: String

    /// UTC under the given name.
    public static let utc = TimeZoneRules(name: "UTC")

    init(name: String) { self.name = name }
}
