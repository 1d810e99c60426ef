import CLinux
import Ledger

/// What syslog says outside of the message of a record, read from the line without parsing it as a whole.
public struct RecordHead: Hashable, Sendable {
    /// The record's moment, RFC 3339 in UTC with microseconds; nil when the line does not begin with one.
    public let timestamp: String?
    /// The record's action; nil when it does not follow the moment.
    public let action: String?
    /// How grave it is.
    public let severity: SyslogSeverity

    // Every line of a ledger begins with these two members (docs/records.md).
    private static let opening = Array(#"{"timestamp":""#.utf8)
    private static let middle = Array(#"","action":""#.utf8)
    // A quote within a text is escaped, so these bytes are a member wherever they stand.
    private static let denied = Array(#","verdict":"deny""#.utf8)
    private static let longestAction = 32

    /// Reads a line, without its end.
    public init(_ line: UnsafeRawBufferPointer) {
        let timeEnd = Self.opening.count + LedgerTime.byteCount
        let actionStart = timeEnd + Self.middle.count
        guard line.count > actionStart, line.prefix(Self.opening.count).elementsEqual(Self.opening),
            line[timeEnd..<actionStart].elementsEqual(Self.middle),
            let time = LedgerTime(UnsafeRawBufferPointer(rebasing: line[Self.opening.count..<timeEnd]))
        else {
            (timestamp, action, severity) = (nil, nil, .notice)
            return
        }
        timestamp = time.description
        let rest = line[actionStart...].prefix(Self.longestAction + 1)
        let name = rest.prefix { $0 != UInt8(ascii: "\"") }
        // RFC 5424, section 6: MSGID is 1 to 32 of PRINTUSASCII, %d33-126.
        let isName = name.count < rest.count && !name.isEmpty && name.allSatisfy { (33...126).contains($0) }
        let action = isName ? String(decoding: name, as: UTF8.self) : nil
        self.action = action
        severity = SyslogSeverity(action: action, isDenied: Self.isDenied(line))
    }

    private static func isDenied(_ line: UnsafeRawBufferPointer) -> Bool {
        denied.withUnsafeBytes { portgate_find(line.baseAddress, line.count, $0.baseAddress, $0.count) != nil }
    }
}
