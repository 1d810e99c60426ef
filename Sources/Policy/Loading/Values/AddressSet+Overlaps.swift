extension AddressSet {
    /// Tells whether some source is in both sets.
    func overlaps(_ other: AddressSet) -> Bool {
        if loopback, !other.ownIsEmpty { return true }
        if other.loopback, !ownIsEmpty { return true }
        if loopbackV6, other.loopbackV6 { return true }
        return v4.intersects(other.v4) || v6.intersects(other.v6) || loopbackV4.intersects(other.loopbackV4)
    }
}
