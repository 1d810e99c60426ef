import Host
public import Policy

/// The policy of a generation, read again from what was recorded of it and never from the policy's own files.
public struct RecordedPolicy: Sendable {
    /// Why a recorded policy cannot be had as it was applied.
    public enum Loss: Error, Hashable, Sendable {
        /// The generation was recorded by a portgate that did not record what list files held, and the policy names some.
        case listsNotRecorded
        /// What is recorded is no policy: the first error.
        case unreadable(String)
        /// What is recorded is not what was applied.
        case otherDigest
    }

    /// The generation.
    public let record: GenerationRecord
    private let sources: [String: [UInt8]]
    private let lists: [String: [UInt8]]
    /// What is said of a file that is not recorded.
    private let missing: SourceReader.Failure
    private let listsAreRecorded: Bool
    /// What is read in place of a list that is not recorded; nil when nothing can stand for it.
    private let substitute: [UInt8]?

    /// Reads what is recorded of a generation's policy, its list files among it.
    ///
    /// - Throws: PG402 when something of it is missing or is not what was recorded, PG401 when it cannot be read.
    public init(of record: GenerationRecord, in state: StateDirectory) throws(GateFailure) {
        let lists = try state.lists(of: record.number)
        self.init(
            record, sources: try state.sources(of: record),
            lists: try lists.map { lists throws(GateFailure) in
                try state.contents(of: lists, generation: record.number)
            })
    }

    init(
        _ record: GenerationRecord, sources: [GenerationRecord.Source], lists: [ListFile]?, substitute: [UInt8]? = nil
    ) {
        self.record = record
        var files: [String: [UInt8]] = [:]
        for source in sources { files[source.path] = source.bytes }
        self.sources = files
        var contents: [String: [UInt8]] = [:]
        for list in lists ?? [] { contents[list.path] = list.bytes }
        self.lists = contents
        self.substitute = substitute
        listsAreRecorded = lists != nil
        missing = .other(
            listsAreRecorded
                ? "it is not recorded with generation \(record.number)"
                : "the addresses of list files are not recorded with generation \(record.number)")
    }

    /// Whether anything of the policy's text is recorded.
    public var hasText: Bool { !sources.isEmpty }

    // MARK: - Reading

    /// Reads the policy. What is not recorded is a finding where the policy names it.
    public func load() -> LoadResult {
        PolicyLoader(reader: reader, zones: Files.zoneDatabase).load(
            paths: record.paths.map { $0 == "-" ? "<stdin>" : $0 })
    }

    /// Returns the policy that was applied: the one that the recorded files say, or that with what `--promote` enforced of it;
    /// nil when its digest is not the recorded one either way.
    public func applied(_ policy: Policy) -> Policy? {
        if policy.digest == record.policyDigest { return policy }
        let staged = policy.ports.filter { policy.isStaged($0) }.map(\.name)
        let promoted = [policy.promoting()] + staged.map { policy.promoting([$0]) }
        return promoted.first { $0.digest == record.policyDigest }
    }

    /// Returns the policy that was applied, or throws why it cannot be had.
    public func policy() throws(Loss) -> Policy {
        let result = load()
        guard let policy = result.policy else {
            let errors = result.diagnostics.filter { $0.severity == .error }
            // The files are all recorded: what a place in them names and is not there is a list.
            if !listsAreRecorded, errors.contains(where: { $0.code == "PG021" && $0.span != nil }) {
                throw .listsNotRecorded
            }
            throw .unreadable(errors.first?.message ?? "nothing is left of it")
        }
        guard let applied = applied(policy) else { throw .otherDigest }
        return applied
    }

    private var reader: SourceReader {
        SourceReader(
            kind: { path in
                if sources[path] != nil || lists[path] != nil { return .success(.file) }
                if !names(in: path).isEmpty { return .success(.folder) }
                return substitute == nil ? .failure(missing) : .success(.file)
            },
            read: { path, _ in
                (sources[path] ?? lists[path] ?? substitute).map { .success($0) } ?? .failure(missing)
            },
            list: { path in .success(names(in: path)) })
    }

    private func names(in folder: String) -> [String] {
        let prefix = folder == "." || folder.isEmpty ? "" : folder.hasSuffix("/") ? folder : folder + "/"
        return sources.keys.compactMap { path in
            guard path.hasPrefix(prefix) else { return nil }
            let rest = path.dropFirst(prefix.count)
            return rest.isEmpty || rest.contains("/") ? nil : String(rest)
        }
    }

    // MARK: - Names and settings

    /// Reads the policy of a generation for its names and settings. Who may be granted what does not hang on addresses: one
    /// stands for each list that is not recorded or was damaged, so that access in an emergency never waits for a list.
    static func forNames(of record: GenerationRecord, in state: StateDirectory) throws(GateFailure) -> Policy {
        var lists: [ListFile]?
        do throws(GateFailure) {
            lists = try state.lists(of: record.number)
            lists = try lists.map { lists throws(GateFailure) in
                try state.contents(of: lists, generation: record.number)
            }
        } catch { lists = nil }
        return try forNames(record, sources: try state.sources(of: record), lists: lists)
    }

    static func forNames(
        _ record: GenerationRecord, sources: [GenerationRecord.Source], lists: [ListFile]?
    ) throws(GateFailure) -> Policy {
        let recorded = RecordedPolicy(
            record, sources: sources, lists: lists, substitute: Array("192.0.2.1\n".utf8))
        let loaded = recorded.load()
        if let policy = loaded.policy { return recorded.applied(policy) ?? policy }
        let reason = loaded.diagnostics.first { $0.severity == .error }?.message ?? "nothing is left of it"
        throw .nothingToGrantOn("the recorded policy cannot be read again: \(reason)")
    }
}
