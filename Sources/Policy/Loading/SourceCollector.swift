/// Reads the files of a policy: those named, those in named folders, and those they include, each once.
///
/// The order is: the named paths as given; a folder's files by name; after each file what it includes, in the order written.
struct SourceCollector {
    /// One file of the policy.
    struct File {
        /// What stands in it.
        let root: YAMLNode
        /// Its index in ``sources``.
        let index: UInt32
    }

    let reader: SourceReader
    let limits: LoadLimits
    /// What was found.
    var findings: Findings
    /// The files' texts.
    private(set) var sources = SourceMap()
    /// The files that could be read, in order.
    private(set) var files: [File] = []
    /// The folder that relative paths in a file are seen from, by the file's index.
    private(set) var folders: [UInt32: String] = [:]
    /// The bytes read so far.
    private(set) var totalBytes = 0
    private var seen: Set<String> = []

    /// Creates a collector that has read nothing.
    init(reader: SourceReader, limits: LoadLimits) {
        self.reader = reader
        self.limits = limits
        findings = Findings(most: limits.findings)
    }

    /// Reads a path and everything it includes.
    mutating func collect(_ path: String, from place: SourceSpan? = nil, depth: Int = 0) {
        if path == "-", place == nil {
            collectFile("-", from: nil, depth: depth)
            return
        }
        let normal = FilePath.normal(path)
        guard !seen.contains(normal) else { return }
        switch reader.kind(normal) {
        case .failure(let failure): findings.add(.unreadableFile(normal, failure, at: place))
        case .success(.pipe) where place != nil: findings.add(.unreadableFile(normal, .notAFile, at: place))
        case .success(.file), .success(.pipe): collectFile(normal, from: place, depth: depth)
        case .success(.folder):
            seen.insert(normal)
            collectFolder(normal, from: place, depth: depth)
        }
    }

    private mutating func collectFolder(_ path: String, from place: SourceSpan?, depth: Int) {
        switch reader.list(path) {
        case .failure(let failure): findings.add(.unreadableFile(path, failure, at: place))
        case .success(let names):
            let policies = names.filter { !$0.hasPrefix(".") && ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) }
            if policies.isEmpty { findings.add(.emptyFolder(path, at: place)) }
            for name in policies.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
                let file = FilePath.join(path, name)
                // A folder that is called so is not read: folders are not searched.
                switch reader.kind(file) {
                case .success(.folder): continue
                case .success(.pipe): findings.add(.unreadableFile(file, .notAFile, at: place))
                case .success(.file), .failure: collectFile(FilePath.normal(file), from: place, depth: depth)
                }
            }
        }
    }

    private mutating func collectFile(_ path: String, from place: SourceSpan?, depth: Int) {
        guard seen.insert(path).inserted else { return }
        guard files.count < limits.files else {
            if files.count == limits.files { findings.add(.tooManyFiles(limit: limits.files, at: place)) }
            return
        }
        guard totalBytes < limits.totalBytes else {
            findings.add(.tooManyBytes(limit: limits.totalBytes, at: place))
            return
        }
        let bytes: [UInt8]
        switch reader.read(path, limits.fileBytes) {
        case .failure(let failure):
            findings.add(.unreadableFile(path == "-" ? "<stdin>" : path, failure, at: place))
            return
        case .success(let read): bytes = read
        }
        totalBytes += bytes.count
        let index = sources.add(SourceFile(path: path == "-" ? "<stdin>" : path, bytes: bytes))
        folders[index] = path == "-" ? "" : FilePath.folder(of: path)
        var found: [Diagnostic] = []
        let root = YAMLReader.read(bytes, file: index, limits: YAMLLimits(bytes: limits.fileBytes), diagnostics: &found)
        findings.add(contentsOf: found)
        guard let root else { return }
        files.append(File(root: root, index: index))
        for item in root["include"]?.items ?? [] {
            guard let path = item.text, !path.isEmpty else { continue }
            guard depth < limits.includeDepth else {
                findings.add(.includesTooDeep(limit: limits.includeDepth, at: item.span))
                return
            }
            collect(FilePath.join(folders[index] ?? "", path), from: item.span, depth: depth + 1)
        }
    }
}
