extension WindowSchedule {
    /// Tells whether the window is open at a moment: whether the clock in the zone shows a time inside the hours.
    public func isOpen(at moment: Instant, in zone: TimeZoneRules) -> Bool { false }
}
