import JSON

/// Turns lines of the ledger into lines of a format, one by one; it keeps nothing of a line.
public struct Exporter: Sendable {
    /// What an exporter writes beside the record itself.
    public struct Origin: Hashable, Sendable {
        /// The version of portgate.
        public let version: String
        /// The unique name of the log, when it is known.
        public let log: String?

        /// Creates it.
        public init(version: String, log: String? = nil) {
            self.version = version
            self.log = log
        }
    }

    /// The format.
    public let format: ExportFormat
    private let origin: Origin
    private let includesOwnRecords: Bool

    /// Creates an exporter.
    ///
    /// - Parameter includesOwnRecords: Whether records that portgate writes about itself (`started`, `heartbeat`, `lost`) are
    ///   written too, as generic events.
    public init(_ format: ExportFormat, origin: Origin, includesOwnRecords: Bool = false) {
        self.format = format
        self.origin = origin
        self.includesOwnRecords = includesOwnRecords
    }

    /// What stands before the first record.
    public var header: [UInt8] { format == .csv ? CSVRow.header : [] }

    /// Appends a record, with its line end.
    ///
    /// - Parameters:
    ///   - line: The line of the ledger, without its end.
    ///   - leaf: Its index in the log, from 0.
    ///   - hash: Its leaf hash, SHA-256 of a zero byte and the line, in lowercase hexadecimal digits.
    /// - Returns: the record's action when it was left out, being one that portgate wrote about itself; else nil.
    /// - Throws: when the line is no record; nothing was appended then.
    @discardableResult
    public func append(
        _ line: [UInt8], leaf: UInt64, hash: String, to output: inout [UInt8]
    ) throws(ExportFailure) -> String? {
        let record = try ExportedRecord(line, leaf: leaf, hash: hash)
        if record.access == nil, !includesOwnRecords { return record.action }
        switch format {
        case .ocsf: output += OCSFEvent(record, origin).json.compact() + [10]
        case .ecs: output += ECSDocument(record, origin).json.compact() + [10]
        case .template: output += TemplateLine(record).json.compact() + [10]
        case .csv: CSVRow(record).append(to: &output)
        case .cef: CEFEvent(record, origin).append(to: &output)
        }
        return nil
    }
}
