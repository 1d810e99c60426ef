import PacketSpace
import Testing

@Suite("Packet space")
struct PacketSpaceTests {
    @Test("a set and its complement share their nodes")
    func complement() throws {
        let space = PacketSpace()
        let bit = try space.variable(7)
        #expect(space.nodeCount == 1)
        #expect(try space.union(bit, !bit).isFull)
    }
}
