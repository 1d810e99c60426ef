import Testing

/// What the gate notes in a connection's mark, worked out apart from the compiler: a state in three bits and the epoch in five,
/// in the highest eight bits of its part.
struct GateMarks {
    /// The eight bits.
    let mask: UInt32
    private let shift: UInt32

    init(mask: UInt32) {
        shift = mask == 0xff00_0000 ? 24 : 16
        self.mask = mask
    }

    func noted(_ state: UInt32, epoch: UInt32 = 0) -> UInt32 { (state << 5 | epoch) << shift }

    var pending: UInt32 { noted(1) }
    var unserved: UInt32 { noted(3) }
    var admitted: UInt32 { noted(4) }
    /// Allowed under the first epoch, which is what compiling takes unless told another.
    var live: UInt32 { noted(5, epoch: 1) }
    var dead: UInt32 { mask }

    /// Nothing, the epoch itself, other epochs, and connections that are judged again or have been cut.
    var all: [UInt32] { [0, live, noted(5, epoch: 2), noted(5, epoch: 30), admitted, dead] }

    /// A mark of somebody else's beside the gate's.
    var foreign: UInt32 { 0x5a5a_5a5a & ~mask }

    func expectForeignBitsKept(
        _ packet: Packet, _ outcome: TableEvaluator.Outcome, _ context: @autoclosure () -> String
    ) {
        #expect((packet.mark ^ outcome.mark) & ~mask == 0, "\(outcome) \(context())")
    }
}
