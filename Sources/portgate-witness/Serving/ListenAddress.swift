import CLinux
import Glibc
import Host

/// Where a server listens: an address of this host and a TCP port.
struct ListenAddress {
    private let host: String
    private let port: UInt16

    /// Nowhere yet.
    static let none = ListenAddress(host: "", port: 0)

    private init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `ADDRESS:PORT`, an IPv6 address in brackets.
    init(_ text: String) throws(UsageError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw UsageError("--listen '\(text)' is no place: write ADDRESS:PORT")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw UsageError("--listen '\(text)' is unclear: write an IPv6 address in brackets")
        }
        guard !host.isEmpty else {
            throw UsageError("--listen '\(text)' names no address; 0.0.0.0 or [::] stand for all of this host")
        }
        self.init(host: String(host), port: port)
    }

    private var subject: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Listens (`bind(2)`, `listen(2)`).
    func open() throws(HostError) -> Descriptor {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST
        var list: UnsafeMutablePointer<addrinfo>?
        let outcome = getaddrinfo(host, String(port), &hints, &list)
        guard outcome == 0, let address = list else {
            throw HostError(
                "listen on", subject, reason: String(cString: gai_strerror(outcome)),
                advice: "give an address of this host, not a name")
        }
        defer { freeaddrinfo(list) }
        do throws(Errno) {
            let flags = Int32(bitPattern: SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
            let number = socket(
                address.pointee.ai_family, address.pointee.ai_socktype | flags, address.pointee.ai_protocol)
            guard number >= 0 else { throw Errno(errno) }
            let listener = Descriptor(owning: number)
            var isOn: Int32 = 1
            // One that was killed is started again at once.
            setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<Int32>.size))
            guard bind(number, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0, Glibc.listen(number, 128) == 0
            else { throw Errno(errno) }
            return listener
        } catch { throw HostError("listen on", subject, error) }
    }

    /// The address and the port that a listener has.
    func description(of listener: borrowing Descriptor) -> String {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var port = [CChar](repeating: 0, count: 32)
        var address = [CChar](repeating: 0, count: 128)
        let number = listener.number
        let isKnown = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(number, $0, &size) == 0
                    && getnameinfo(
                        $0, size, &address, socklen_t(address.count), &port, socklen_t(port.count),
                        NI_NUMERICHOST | NI_NUMERICSERV) == 0
            }
        }
        guard isKnown else { return subject }
        let host = text(address)
        return "\(host.contains(":") ? "[\(host)]" : host):\(text(port))"
    }

    private func text(_ bytes: [CChar]) -> String {
        String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
