/// Bounds on what reading a policy may cost. Input is hostile until proved otherwise.
public struct LoadLimits: Hashable, Sendable {
    /// The largest policy file, in bytes.
    public var fileBytes: Int
    /// The largest list file, in bytes.
    public var listBytes: Int
    /// The bytes of all files together.
    public var totalBytes: Int
    /// The most policy files.
    public var files: Int
    /// The deepest chain of includes.
    public var includeDepth: Int
    /// The most intervals of addresses that rules may expand to, all together, where one lists several networks.
    public var intervals: Int
    /// The most findings that are kept; what is above is counted.
    public var findings: Int

    /// Creates bounds; the defaults are 64 MiB for a file, 256 MiB for a list, 1 GiB in all, 1,000 files, 16 levels,
    /// 8 million intervals and 1,000 findings.
    public init(
        fileBytes: Int = 64 << 20, listBytes: Int = 256 << 20, totalBytes: Int = 1 << 30, files: Int = 1_000,
        includeDepth: Int = 16, intervals: Int = 8_000_000, findings: Int = 1_000
    ) {
        self.fileBytes = fileBytes
        self.listBytes = listBytes
        self.totalBytes = totalBytes
        self.files = files
        self.includeDepth = includeDepth
        self.intervals = intervals
        self.findings = findings
    }
}
