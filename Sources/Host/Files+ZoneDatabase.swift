public import Policy

extension Files {
    /// The time zones of this host.
    public static let zoneDatabase = ZoneDatabase(read: { zoneBytes($0) }, names: { zoneNames() })
}
