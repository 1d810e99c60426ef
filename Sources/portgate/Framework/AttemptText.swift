import Policy

/// Reads the parts of a connection attempt from the command line.
enum AttemptText {
    /// Reads a source address.
    static func address(_ text: String) throws(UsageError) -> IPAddress {
        if text == "loopback" { return .v4(IPv4Address(bits: 0x7f00_0001)) }
        do throws(AddressError) {
            return try IPAddress(parsing: text)
        } catch {
            throw UsageError("--from: \(error.message(for: text))")
        }
    }

    /// Reads `N` or `N/PROTOCOL`.
    static func port(_ text: String) throws(UsageError) -> (number: UInt16, transport: TransportProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let digits = parts.first, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt16(digits), number >= 1
        else { throw UsageError("--port '\(text)' is not a port; write a number from 1 to 65535, then /udp for UDP") }
        guard parts.count == 2 else { return (number, .tcp) }
        guard let transport = TransportProtocol.allCases.first(where: { $0.name == parts[1] }) else {
            let names = TransportProtocol.allCases.map(\.name)
            throw UsageError(
                "--port '\(text)': no protocol is called '\(parts[1])'; known are \(names.joined(separator: ", "))",
                suggestion: NearestName.to(String(parts[1]), among: names).map { "\(number)/\($0)" })
        }
        return (number, transport)
    }

    /// Reads a request type, or the name of a signature.
    static func request(_ text: String) throws(UsageError) -> RequestType {
        do throws(RequestTypeError) {
            return try RequestType(parsing: text)
        } catch {
            throw UsageError("--request '\(text)' is not a request type")
        }
    }
}
