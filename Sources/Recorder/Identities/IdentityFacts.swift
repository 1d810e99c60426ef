/// What a record knows of whoever opened a connection.
struct IdentityFacts {
    var source = FlowAddress.none
    /// The interface's name, in the bytes from the highest; 0 when there is none.
    var interface: UInt128 = 0
    var user: UInt32?
    var userGroup: UInt32?
    var hardwareAddress: UInt64?
    /// The declared port; negative when there is none.
    var port: Int32 = -1
    /// The rule that allowed it; negative when none did.
    var rule: Int32 = -1
    var isGrant = false
    /// The moment, in nanoseconds since 1970.
    var time: Int64 = 0
}
