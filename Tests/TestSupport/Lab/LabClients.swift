import Foundation

/// An open connection that speaks when told to.
public struct LabSession {
    let process: LabProcess

    /// Sends a line over the connection and waits for its echo.
    public func say(_ text: String = "line") throws -> ClientOutcome { ClientOutcome(try process.ask(text)) }

    /// Waits for a line that the server sends by itself.
    public func hear() throws -> ClientOutcome { ClientOutcome(try process.ask(".read")) }

    /// Begins to send so many bytes, all of which must come back; ``transferred()`` tells how it ended.
    public func transfer(bytes: Int) throws { try process.send(".bulk \(bytes)") }

    /// Waits for the end of a transfer, and returns the bytes that came back.
    public func transferred() throws -> Int? {
        let line = try process.line(within: 120)
        return line.hasPrefix("echo ") ? Int(line.dropFirst(5)) : nil
    }
}

/// A stream of numbered datagrams.
public struct LabFlood {
    let process: LabProcess

    /// Stops it and returns how many datagrams were sent.
    public func stop() throws -> Int { try Self.sent(process.finish()) }

    /// Waits until all are sent.
    public func finished() throws -> Int { try Self.sent(process.line(within: 60)) }

    private static func sent(_ line: String) throws -> Int {
        guard line.hasPrefix("sent "), let count = Int(line.dropFirst(5)) else {
            throw NetworkLab.Failure(description: "flood: \(line)")
        }
        return count
    }
}

/// What an NFLOG group has told.
public struct LabRecords {
    let process: LabProcess

    /// One record, as far as tests look.
    public struct Record: Decodable, Sendable {
        /// The log prefix.
        public let prefix: String?
        /// The source address.
        public let source: String?
        /// The source port, for IPv4.
        public let sport: UInt16?
        /// The destination port, for IPv4.
        public let dport: UInt16?
        /// The IP protocol number.
        public let `protocol`: UInt8?
        /// The errno of a loss.
        public let lost: Int32?
    }

    /// Returns the records since the last call. The kernel hands each over before the packet goes on. Copies of segments for the
    /// reader of handshakes are no records.
    public func take() throws -> [Record] {
        try JSONDecoder().decode([Record].self, from: Data(process.ask("take").utf8)).filter {
            !($0.prefix?.hasPrefix("pg1 data ") ?? false)
        }
    }
}
