import Glibc

extension LedgerFolder {
    /// The name of this host, as the kernel knows it (uname(2)).
    public static var hostName: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "localhost" }
        return withUnsafeBytes(of: &name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// A name that no other log has: the host's, as far as a log's name may hold it, and a number by chance.
    public static func usualOrigin() -> String {
        let host = hostName.utf8.filter { byte in
            let letter = byte | 0x20
            return byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        var random = SystemRandomNumberGenerator()
        let text = String(decoding: host, as: UTF8.self)
        return "\(text.isEmpty ? "host" : text)/portgate-\(String(random.next() as UInt32, radix: 16))"
    }
}
