@testable import Handshake

/// Makes ClientHellos and ServerHellos byte by byte.
struct HelloBuilder {
    var legacyVersion: UInt16 = 0x0303
    var cipherSuites: [UInt16] = [0x1301]
    /// In their order; nil for a hello that ends before them.
    var extensions: [(type: UInt16, contents: [UInt8])]? = []

    /// The message with its header.
    var message: [UInt8] {
        var body = Self.bytes(legacyVersion) + [UInt8](repeating: 0x11, count: 32) + [0]
        body += Self.vector16(cipherSuites.flatMap(Self.bytes)) + [1, 0]
        if let extensions {
            body += Self.vector16(extensions.flatMap { Self.bytes($0.type) + Self.vector16($0.contents) })
        }
        return Self.message(1, body)
    }

    mutating func add(_ type: UInt16, _ contents: [UInt8] = []) { extensions?.append((type, contents)) }

    mutating func addName(_ name: [UInt8]) { add(0, Self.vector16([0] + Self.vector16(name))) }

    mutating func addProtocols(_ names: [[UInt8]]) {
        add(0x10, Self.vector16(names.flatMap { [UInt8($0.count)] + $0 }))
    }

    mutating func addVersions(_ versions: [UInt16]) {
        let list = versions.flatMap(Self.bytes)
        add(0x2b, [UInt8(list.count)] + list)
    }

    mutating func addSignatureAlgorithms(_ numbers: [UInt16], type: UInt16 = 0x0d) {
        add(type, Self.vector16(numbers.flatMap(Self.bytes)))
    }

    /// A ServerHello with its header.
    static func serverHello(
        version: UInt16, suite: UInt16, chosen: UInt16? = nil, random: [UInt8] = [UInt8](repeating: 0x22, count: 32)
    ) -> [UInt8] {
        var body = bytes(version) + random + [0] + bytes(suite) + [0]
        if let chosen { body += vector16(bytes(0x2b) + vector16(bytes(chosen))) }
        return message(2, body)
    }

    static func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] { [type, 0] + vector16(body) }

    /// Records of the handshake with at most so many bytes each.
    static func records(_ bytes: [UInt8], most: Int = 16_384, type: UInt8 = 22) -> [UInt8] {
        stride(from: 0, to: bytes.count, by: most).flatMap { start in
            [type, 3, 1] + vector16(Array(bytes[start..<min(start + most, bytes.count)]))
        }
    }

    static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }

    static func vector16(_ bytes: [UInt8]) -> [UInt8] { Self.bytes(UInt16(bytes.count)) + bytes }
}
