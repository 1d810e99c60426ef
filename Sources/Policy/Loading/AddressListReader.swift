/// Reads list files: one address or CIDR block a line, `#` and `;` begin comments, blank lines are skipped.
///
/// Lists are large, so they go from bytes to intervals in one pass; what is kept of a file is what its findings show.
public enum AddressListReader {
    /// Bounds on a list file.
    public struct Limits: Hashable, Sendable {
        /// The largest file, in bytes.
        public var bytes: Int
        /// The most lines.
        public var lines: Int
        /// The most findings reported one by one.
        public var findings: Int

        /// Creates bounds; the defaults are 256 MiB, 8 million lines and 20 findings.
        public init(bytes: Int = 256 << 20, lines: Int = 8_000_000, findings: Int = 20) {
            self.bytes = bytes
            self.lines = lines
            self.findings = findings
        }
    }

    /// Reads a list. Returns nil when anything in it is wrong; the findings point into the list, which then is added to `sources`
    /// with the lines they stand on.
    public static func read(
        _ bytes: [UInt8], path: String, limits: Limits = Limits(), sources: inout SourceMap,
        diagnostics: inout [Diagnostic]
    ) -> AddressSet? {
        var scan = AddressListScan(limits: limits)
        bytes.withUnsafeBufferPointer { scan.scan($0) }
        let faults = scan.faults
        guard faults.isEmpty else {
            let file = sources.add(excerpt(of: bytes, lines: faults.map(\.line), path: path))
            var found = faults.map { $0.diagnostic(file: file) }
            if scan.faultsLeft > 0 {
                found[found.count - 1].notes.append(Diagnostic.Note("and \(scan.faultsLeft) more lines that are wrong"))
            }
            diagnostics += found
            return nil
        }
        return scan.finish()
    }

    /// Returns a file with only the lines that findings stand on, at their places, so that a list of a million lines is not kept.
    private static func excerpt(of bytes: [UInt8], lines: [UInt32], path: String) -> SourceFile {
        var kept: [UInt8] = []
        let wanted = Set(lines)
        let last = lines.max() ?? 0
        var line: UInt32 = 1
        var start = 0
        while line <= last, start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            if wanted.contains(line) { kept += bytes[start..<end] }
            kept.append(UInt8(ascii: "\n"))
            start = end + 1
            line += 1
        }
        return SourceFile(path: path, bytes: kept)
    }
}
