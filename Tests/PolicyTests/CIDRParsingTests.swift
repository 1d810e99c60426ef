import Policy
import Testing

@Suite struct CIDRParsingTests {
    @Test(
        "blocks are read and written",
        arguments: [
            ("10.0.0.0/8", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0"), ("::/0", "::/0"), ("10.1.2.3", "10.1.2.3"),
            ("10.1.2.3/32", "10.1.2.3"), ("::1/128", "::1"), ("FD00:20::/48", "fd00:20::/48"),
            ("10.1.2.4/31", "10.1.2.4/31"),
            ("2001:db8:8000::/33", "2001:db8:8000::/33"), ("::fffe:0:0/95", "::fffe:0:0/95"),
        ])
    func blocks(text: String, canonical: String) throws {
        #expect(try CIDR(parsing: text).description == canonical)
    }

    @Test(
        "what is no block says why, with what was meant when that is certain",
        arguments: [
            ("10.1.2.3/16", "'10.1.2.3/16' has bits set behind its prefix; write 10.1.0.0/16", "10.1.0.0/16"),
            ("fd00::1/64", "'fd00::1/64' has bits set behind its prefix; write fd00::/64", "fd00::/64"),
            ("10.0.0.1/0", "'10.0.0.1/0' has bits set behind its prefix; write 0.0.0.0/0", "0.0.0.0/0"),
            ("10.0.0.0/33", "'10.0.0.0/33' has a prefix length above 32", nil),
            ("::/129", "'::/129' has a prefix length above 128", nil),
            ("10.0.0.0/99999999999999999999", "'10.0.0.0/99999999999999999999' has a prefix length above 32", nil),
            ("10.0.0.0/", "'10.0.0.0/' has no prefix length behind the '/'", nil),
            ("10.0.0.0/8/8", "'10.0.0.0/8/8' has no prefix length behind the '/'", nil),
            ("10.0.0.0/-1", "'10.0.0.0/-1' is not an IP address or CIDR block", nil),
            ("/24", "'/24' has no address before the '/'", nil),
            (
                "10.0.0.0/08",
                "'10.0.0.0/08' has a part with a leading zero, which some programs read as octal; leave the zero out",
                nil
            ),
            ("10.0.0.0/255.0.0.0", "'10.0.0.0/255.0.0.0' has a netmask; write 10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.0/0.0.0.255", "'10.0.0.0/0.0.0.255' has a netmask that is no prefix; write a prefix length", nil),
            (
                "::ffff:10.0.0.0/104",
                "'::ffff:10.0.0.0/104' is an IPv4 address in IPv6 form; write it as IPv4: 10.0.0.0/8", "10.0.0.0/8"
            ),
            ("::ffff:a00:1", "'::ffff:a00:1' is an IPv4 address in IPv6 form; write it as IPv4: 10.0.0.1", "10.0.0.1"),
            ("10.0.0.1-10.0.0.9", "'10.0.0.1-10.0.0.9' is a range; write it as CIDR blocks", nil),
            ("10.0.0.256", "'10.0.0.256' has a part above 255, so it is no IPv4 address", nil),
            ("10.0/16", "'10.0/16' has 2 parts; an IPv4 address has four", nil),
            ("10.0.0.1 10.0.0.2", "'10.0.0.1 10.0.0.2' holds more than one address or block", nil),
            ("office-net", "'office-net' is not an IP address or CIDR block", nil),
            ("fe80::1%eth0/64", "'fe80::1%eth0/64' names an interface with '%'; write the address alone", nil),
            ("", "an address is missing; write one such as 10.0.0.1 or a block such as 10.0.0.0/24", nil),
        ] as [(String, String, String?)])
    func reasons(text: String, message: String, correction: String?) {
        do throws(AddressError) {
            let block = try CIDR(parsing: text)
            Issue.record("\(text) was read as \(block)")
        } catch {
            #expect(error.message(for: text) == message)
            #expect(error.correction?.description == correction)
        }
    }

    @Test("blocks know their addresses")
    func contains() throws {
        let block = try CIDR(parsing: "10.0.0.0/30")
        #expect(try block.contains(IPAddress(parsing: "10.0.0.3")))
        #expect(try !block.contains(IPAddress(parsing: "10.0.0.4")))
        #expect(try !block.contains(IPAddress(parsing: "::1")))
        #expect(try CIDR(parsing: "0.0.0.0/0").v4Interval == Interval(0, UInt32.max))
        #expect(try CIDR(parsing: "::/0").v6Interval == Interval(0, UInt128.max))
        #expect(try CIDR(parsing: "127.1.0.0/16").isLoopback)
        #expect(try !CIDR(parsing: "126.0.0.0/7").isLoopback)
    }
}
