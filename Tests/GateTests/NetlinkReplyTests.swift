import Nftables
import Policy
import TestSupport
import Testing

@testable import Gate

/// Netlink bytes, whoever sends them.
@Suite("Netlink")
struct NetlinkReplyTests {
    @Test(
        "a length that is too short, too long or cut is an error, never a crash",
        arguments: [
            [1], [16, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]])
    func malformedMessages(bytes: [UInt8]) {
        #expect(throws: NetlinkReply.Malformed.length) { try NetlinkReply.messages(in: bytes) }
    }

    @Test(
        "attributes that lie about their length are an error",
        arguments: [
            [1], [3, 0, 1, 0], [0, 0, 1, 0], [9, 0, 1, 0, 1, 2, 3, 4], [255, 255, 1, 0],
        ] as [[UInt8]])
    func malformedAttributes(bytes: [UInt8]) {
        #expect(throws: NetlinkReply.Malformed.length) { try NetlinkReply.attributes(in: bytes[...]) }
    }

    @Test("random bytes are read or refused")
    func noise() {
        var random = SeededGenerator(seed: 4_021)
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = (0..<Int.random(in: 0...64, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            // Half of them with a plausible first length, to get past it.
            if bytes.count > 16, Bool.random(using: &random) {
                bytes.replaceSubrange(0..<4, with: [UInt8(bytes.count), 0, 0, 0])
            }
            do {
                for message in try NetlinkReply.messages(in: bytes) {
                    _ = try NetlinkReply.attributes(in: message.payload)
                }
            } catch { refused += 1 }
            _ = SocketDiagnosis.socket(in: bytes[...], transport: .tcp)
        }
        #expect(refused > 10_000)
    }

    @Test("a request reads back as a message with its attributes")
    func roundTrip() throws {
        var request = NetlinkRequest(type: 7, flags: NetlinkRequest.request)
        request.append([1, 0, 0, 0])
        request.append(attribute: 3, text: "portgate")
        let message = try #require(try NetlinkReply.messages(in: request.bytes(sequence: 9)).first)
        #expect((message.type, message.flags, message.sequence) == (7, 1, 9))
        let attributes = try NetlinkReply.attributes(in: message.payload.dropFirst(4))
        #expect(NetlinkReply.text(try #require(attributes[3])) == "portgate")
    }

    @Test("the kernel's generation moves with every transaction, and a namespace without rules has one")
    func generation() throws {
        try ScratchNetworkNamespace.run {
            var query = try NetfilterQuery()
            let before = try query.generation()
            #expect(NftWorker().load(Array("table inet portgate {\n}\n".utf8)) == .ok)
            #expect(try query.generation() == before + 1)
            #expect(try query.counters(table: "portgate").isEmpty)
            #expect(try query.baseChains().isEmpty)
        }
    }
}
