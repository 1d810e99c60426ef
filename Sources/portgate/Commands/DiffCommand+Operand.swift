import Gate
import Host
import Policy
import Reports

/// One policy that `diff` compares.
enum DiffOperand: Sendable {
    /// A file, a folder, or standard input.
    case path(String)
    /// A file or folder in a git revision.
    case revision(GitRevision, path: String)
    /// The policy of the generation that was applied last.
    case live(StateDirectory)

    /// Tells what a text of the command line means: `live`, what is there in the file system, then `REV:PATH`.
    init(_ text: String, state: StateDirectory, _ console: Console) throws {
        if text == "live" {
            self = .live(state)
            return
        }
        if text != "-", case .failure = Files.sourceReader.kind(text),
            let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
        {
            let path = String(text[text.utf8.index(after: colon)...])
            self = .revision(try GitRevision(String(text[..<colon]), console), path: path)
            return
        }
        self = .path(text)
    }

    /// Reads the policy. A policy that cannot be read or has errors ends the command with exit code 2, as there is nothing to
    /// compare.
    func policy(_ console: Console) throws -> Policy {
        switch self {
        case .path(let path):
            return try Self.required(PolicyInput(reading: path).result, named: path, .usage, console)
        case .revision(let revision, let path):
            let name = "\(revision.name):\(path)"
            let path = try revision.path(path)
            var result = PolicyLoader(reader: revision.reader, zones: Files.zoneDatabase).load(paths: [path])
            // A place in a revision says so.
            result.sources = Self.relabelled(result.sources, "\(revision.name):")
            result.policy?.sources = result.sources
            return try Self.required(result, named: name, .usage, console)
        case .live(let state):
            return try Self.live(state, console)
        }
    }

    private static func required(
        _ result: LoadResult, named name: String, _ exit: ExitCode, _ console: Console
    ) throws -> Policy {
        guard let policy = result.policy else {
            console.say(bytes: TextReport.findings(result.diagnostics, in: result.sources))
            throw CommandFailure(exit, "'\(name)' is not a policy that can be compared")
        }
        return policy
    }

    private static func relabelled(_ sources: SourceMap, _ prefix: String) -> SourceMap {
        var result = SourceMap()
        for file in sources.files { _ = result.add(SourceFile(path: prefix + file.path, bytes: file.bytes)) }
        return result
    }

    // MARK: The applied policy

    private static func live(_ state: StateDirectory, _ console: Console) throws -> Policy {
        guard let recorded = try recorded(state) else {
            throw CommandFailure(.incomplete, "nothing was ever applied: \(state.path) records no generation")
        }
        let record = recorded.record
        guard record.origin != .noGate else {
            throw CommandFailure(
                .incomplete, "generation \(record.number) took the gate away: there is no policy in force")
        }
        guard recorded.hasText else {
            throw CommandFailure(.incomplete, "generation \(record.number) is recorded without the text of its policy")
        }
        var result = recorded.load()
        result.sources = relabelled(result.sources, "live:")
        result.policy?.sources = result.sources
        let policy = try required(result, named: "live", .incomplete, console)
        guard let applied = recorded.applied(policy) else {
            throw CommandFailure(
                .incomplete,
                "the recorded text of generation \(record.number) is not what was applied: its digest differs")
        }
        return applied
    }

    /// What is recorded of the policy in force; nil when there never was one.
    private static func recorded(_ state: StateDirectory) throws -> RecordedPolicy? {
        do throws(GateFailure) {
            guard let record = try state.current() else { return nil }
            return try RecordedPolicy(of: record, in: state)
        } catch {
            let diagnostic = error.diagnostic
            throw CommandFailure(
                ExitCode(rawValue: error.exit.rawValue) ?? .incomplete, "\(diagnostic.message) [\(diagnostic.code)]",
                help: diagnostic.notes.first?.message)
        }
    }
}
