import Policy
import Testing

@Suite struct AddressSetTests {
    private static func set(_ texts: String...) throws -> AddressSet {
        AddressSet(cidrs: try texts.map { try CIDR(parsing: $0) })
    }

    @Test("blocks inside 127.0.0.0/8 and ::1 mean own connections, wider ones never include them")
    func ownHost() throws {
        let own = try IPAddress(parsing: "127.0.0.1")
        let own6 = try IPAddress(parsing: "::1")
        for text in ["127.0.0.0/8", "127.0.0.1", "127.0.0.0/30"] {
            let set = try Self.set(text)
            #expect(set.containsOwn(own), "\(text)")
            #expect(set.remoteIsEmpty, "\(text)")
        }
        for text in ["0.0.0.0/0", "126.0.0.0/7", "::/0", "::/127"] {
            let set = try Self.set(text)
            #expect(set.ownIsEmpty, "\(text)")
            #expect(!set.containsRemote(own) && !set.containsOwn(own), "\(text)")
            #expect(!set.containsRemote(own6) && !set.containsOwn(own6), "\(text)")
        }
        #expect(try Self.set("::1").containsOwn(own6))
        #expect(try !Self.set("::1").containsOwn(own))
    }

    @Test("blocks are collapsed to the fewest, own ones among them")
    func blocks() throws {
        let set = try Self.set(
            "10.0.1.0/24", "10.0.0.0/24", "10.0.0.7", "127.0.0.1", "::1", "fd00::/64", "fd00:0:0:1::/64")
        #expect(set.blocks.map(\.description) == ["10.0.0.0/23", "127.0.0.1", "::1", "fd00::/63"])
        #expect(AddressSet.any.blocks.count == 8 + 128)
        #expect(AddressSet.ownHost.blocks.isEmpty)
    }

    @Test(
        "sizes are told in words",
        arguments: [
            ([], "no addresses"), (["10.0.0.1"], "1 IPv4 address"), (["10.0.0.0/8"], "16,777,216 IPv4 addresses"),
            (["fd00::/64"], "2^64 IPv6 addresses"), (["fd00::/64", "fe00::1"], "more than 2^64 IPv6 addresses"),
            (["10.0.0.0/31", "fd00::/127"], "2 IPv4 addresses and 2 IPv6 addresses"),
        ] as [([String], String)])
    func sizes(texts: [String], words: String) throws {
        #expect(AddressSet(cidrs: try texts.map { try CIDR(parsing: $0) }).remoteSize == words)
    }
}
