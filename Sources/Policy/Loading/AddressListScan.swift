import Glibc

/// One pass over the bytes of a list file.
struct AddressListScan {
    private let limits: AddressListReader.Limits
    private var builder = AddressSetBuilder()
    private(set) var faults: [AddressListFault] = []
    /// Bad lines beyond those in `faults`.
    private(set) var faultsLeft = 0

    init(limits: AddressListReader.Limits) { self.limits = limits }

    /// Returns the addresses read.
    mutating func finish() -> AddressSet { builder.finish() }

    mutating func scan(_ whole: UnsafeBufferPointer<UInt8>) {
        guard whole.count <= limits.bytes else { return add(.tooLarge(limit: limits.bytes)) }
        if let encoding = TextCheck.otherEncoding(whole) { return add(.otherEncoding(encoding)) }
        let bytes = TextCheck.withoutByteOrderMark(whole)
        let count = bytes.count
        builder.expected = min(lineCount(bytes), limits.lines)
        var line: UInt32 = 0
        var offset = 0
        while offset < count {
            line += 1
            guard line <= limits.lines else { return add(.tooManyLines(limit: limits.lines, line: line)) }
            if let next = fastLine(bytes, offset) {
                offset = next
            } else {
                let end = lineEnd(bytes, offset)
                slowLine(UnsafeBufferPointer(rebasing: bytes[offset..<end]), line)
                offset = end + 1
            }
        }
        if builder.isEmpty, faults.isEmpty { add(.noAddresses) }
    }

    private mutating func add(_ fault: AddressListFault) {
        if faults.count < limits.findings { faults.append(fault) } else { faultsLeft += 1 }
    }

    private func lineCount(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var breaks = 0
        for byte in bytes where byte == UInt8(ascii: "\n") { breaks &+= 1 }
        return breaks + 1
    }

    private func lineEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Int {
        guard let base = bytes.baseAddress, let found = memchr(base + offset, 0x0a, bytes.count - offset) else {
            return bytes.count
        }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// Reads a line that holds one well-formed IPv4 block and nothing else; returns where the next line begins. Returns nil, and
    /// changes nothing, for any other line.
    @inline(__always)
    private mutating func fastLine(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
        let count = bytes.count
        var offset = start
        var address: UInt32 = 0
        for part in 0..<4 {
            let first = offset
            var octet: UInt32 = 0
            while offset < count, offset - first < 4 {
                let digit = bytes[offset] &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                octet = octet &* 10 &+ UInt32(digit)
                offset += 1
            }
            guard offset > first, octet < 256, offset - first == 1 || bytes[first] != UInt8(ascii: "0") else {
                return nil
            }
            address = address << 8 | octet
            if part < 3 {
                guard offset < count, bytes[offset] == UInt8(ascii: ".") else { return nil }
                offset += 1
            }
        }
        var last = address
        if offset < count, bytes[offset] == UInt8(ascii: "/") {
            offset += 1
            let first = offset
            var prefix: UInt32 = 0
            while offset < count, offset - first < 3 {
                let digit = bytes[offset] &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                prefix = prefix &* 10 &+ UInt32(digit)
                offset += 1
            }
            guard offset > first, prefix <= 32, offset - first == 1 || bytes[first] != UInt8(ascii: "0") else {
                return nil
            }
            let hostBits = UInt32.max >> prefix
            guard address & hostBits == 0 else { return nil }
            last = address | hostBits
        }
        if offset < count, bytes[offset] == UInt8(ascii: "\r") { offset += 1 }
        guard offset == count || bytes[offset] == UInt8(ascii: "\n") else { return nil }
        builder.addV4(address, last)
        return offset + 1
    }

    private mutating func slowLine(_ bytes: UnsafeBufferPointer<UInt8>, _ line: UInt32) {
        var start = 0
        var end = bytes.firstIndex { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ";") } ?? bytes.count
        while start < end, Self.isBlank(bytes[start]) { start += 1 }
        while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
        guard start < end else { return }
        let text = UnsafeBufferPointer(rebasing: bytes[start..<end])
        do throws(AddressError) {
            builder.add(try CIDR(parsing: text.span))
        } catch {
            // Enough for a message, however long the line is.
            let written = String(decoding: text.prefix(400), as: UTF8.self)
            add(.badAddress(error, written, line: line, column: UInt32(clamping: start + 1)))
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
