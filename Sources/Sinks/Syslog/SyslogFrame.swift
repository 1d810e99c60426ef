/// Frames records as RFC 5425 sends them: `MSG-LEN SP SYSLOG-MSG` (section 4.3), where the message is of RFC 5424.
///
///     <PRI>1 TIMESTAMP HOSTNAME portgate PROCID MSGID [ledger@32473 leaf="INDEX" origin="NAME"] LINE
///
/// The line stands there byte for byte, so its hash is that of the leaf. It is ASCII, for which RFC 5424, section 6.4, wants no BOM.
public struct SyslogFrame: Hashable, Sendable {
    /// `log audit`, RFC 5424, section 6.2.1, table 1.
    static let facility = 13
    /// An SD-ID that is not registered carries an enterprise number (RFC 5424, section 6.3.2); 32473 is reserved for
    /// documentation (RFC 5612).
    static let structuredDataID = "ledger@32473"
    /// The most of HOSTNAME (RFC 5424, section 6).
    private static let longestHost = 255

    private let middle: [UInt8]
    private let ending: [UInt8]

    /// Prepares what is the same in every frame.
    ///
    /// - Parameters:
    ///   - host: The name of the host the records are of; what RFC 5424 does not allow in HOSTNAME is left out.
    ///   - process: The sender's process number.
    ///   - origin: The ledger's name, by which a collector tells the leaves of many ledgers apart.
    public init(host: String, process: Int32, origin: String) {
        let name = host.utf8.filter { (33...126).contains($0) }.prefix(Self.longestHost)
        let hostName = name.isEmpty ? "-" : String(decoding: name, as: UTF8.self)
        middle = Array(" \(hostName) portgate \(process) ".utf8)
        var parameter: [UInt8] = []
        for byte in origin.utf8 {
            // RFC 5424, section 6.3.3: these three are escaped in a PARAM-VALUE.
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "]") {
                parameter.append(UInt8(ascii: "\\"))
            }
            parameter.append(byte)
        }
        ending = Array("\" origin=\"".utf8) + parameter + Array("\"] ".utf8)
    }

    /// Appends the frame of a record; `line` is without its end.
    public func append(_ line: UnsafeRawBufferPointer, leaf: UInt64, to bytes: inout [UInt8]) {
        let head = RecordHead(line)
        let priority = Self.facility * 8 + head.severity.rawValue
        let start = Array("<\(priority)>1 \(head.timestamp ?? "-")".utf8)
        let data = Array("\(head.action ?? "-") [\(Self.structuredDataID) leaf=\"\(leaf)".utf8)
        let length = start.count + middle.count + data.count + ending.count + line.count
        bytes.append(contentsOf: "\(length) ".utf8)
        bytes.append(contentsOf: start)
        bytes.append(contentsOf: middle)
        bytes.append(contentsOf: data)
        bytes.append(contentsOf: ending)
        bytes.append(contentsOf: line)
    }
}
