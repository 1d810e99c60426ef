/// A netlink message to the kernel, written once when a socket is set up.
struct ConfigurationMessage {
    private(set) var bytes: [UInt8] = []

    /// Begins a message with struct nfgenmsg: NLM_F_REQUEST, and NLM_F_ACK unless it is a dump.
    init(type: UInt16, flags: UInt16, family: UInt8 = 0, resource: UInt16 = 0, sequence: UInt32) {
        native(UInt32(0))
        native(type)
        native(flags)
        native(sequence)
        native(UInt32(0))
        bytes += [family, 0]
        network(resource)
        close()
    }

    /// Adds an attribute, padded to four bytes.
    mutating func attribute(_ type: UInt16, _ value: [UInt8]) {
        native(UInt16(4 + value.count))
        native(type)
        bytes += value
        while bytes.count % 4 != 0 { bytes.append(0) }
        close()
    }

    /// Adds an attribute that holds a number in network byte order.
    mutating func attribute(_ type: UInt16, number: some FixedWidthInteger) {
        attribute(type, withUnsafeBytes(of: number.bigEndian) { Array($0) })
    }

    private mutating func native(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    }

    private mutating func network(_ number: some FixedWidthInteger) { native(number.bigEndian) }

    /// Notes the length in the header.
    private mutating func close() {
        let length = UInt32(bytes.count)
        withUnsafeBytes(of: length) { bytes.replaceSubrange(0..<4, with: $0) }
    }
}
