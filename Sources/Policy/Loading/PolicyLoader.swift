/// Reads a policy: files, folders of files, and what they include, merged into one.
///
/// Everything that is wrong is reported in one pass, at its place; a policy comes of it only when nothing is.
public struct PolicyLoader: Sendable {
    private let reader: SourceReader
    private let zones: ZoneDatabase
    private let limits: LoadLimits
    private let keepsLists: Bool

    /// Creates a loader that gets at files and time zones through the given calls. The contents of list files, which may be
    /// large, are kept only when that is asked for.
    public init(
        reader: SourceReader, zones: ZoneDatabase, limits: LoadLimits = LoadLimits(), keepsLists: Bool = false
    ) {
        self.reader = reader
        self.zones = zones
        self.limits = limits
        self.keepsLists = keepsLists
    }

    /// Reads one policy from paths: files, folders, or `-` for standard input.
    public func load(paths: [String]) -> LoadResult {
        var collector = SourceCollector(reader: reader, limits: limits)
        for path in paths { collector.collect(path) }
        if paths.isEmpty { collector.findings.add(.nothingToRead()) }
        var checker = ShapeChecker(findings: collector.findings)
        for file in collector.files { checker.check(file: file.root) }
        var builder = PolicyBuilder(
            reader: reader, zones: zones, limits: limits, findings: checker.findings, sources: collector.sources,
            folders: collector.folders, totalBytes: collector.totalBytes, keepsLists: keepsLists)
        for file in collector.files { builder.gather(file.root) }
        return builder.finish(files: collector.files.map(\.index))
    }
}
