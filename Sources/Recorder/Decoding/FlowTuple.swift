/// Both ends of a flow, as the packets that go one way tell of them.
public struct FlowTuple: Hashable, Sendable {
    /// Where packets come from.
    public var source = FlowAddress.none
    /// Where they go to.
    public var destination = FlowAddress.none
    /// The port they come from; 0 for protocols without ports.
    public var sourcePort: UInt16 = 0
    /// The port they go to.
    public var destinationPort: UInt16 = 0
    /// The protocol's IANA number.
    public var transport: UInt8 = 0

    /// Creates a tuple of which nothing is known.
    public init() {}

    /// The same flow, as its answers tell of it.
    public var reversed: FlowTuple {
        var other = FlowTuple()
        (other.source, other.destination) = (destination, source)
        (other.sourcePort, other.destinationPort) = (destinationPort, sourcePort)
        other.transport = transport
        return other
    }
}
