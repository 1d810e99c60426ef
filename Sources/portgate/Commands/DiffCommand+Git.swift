import Glibc
import Host
import Policy
import Synchronization

/// A commit, whose files are read by git as a child process: no shell, and no name of a user's is ever an option.
final class GitRevision: Sendable {
    /// The revision as it was named.
    let name: String
    /// The commit's number.
    private let commit: String
    private let git: Git
    /// Folders that were listed.
    private let folders = Mutex<[String: Result<[String: Entry], SourceReader.Failure>]>([:])

    private struct Entry: Sendable {
        let isFile: Bool
        let isFolder: Bool
        let object: String
        let size: Int
    }

    /// Finds the commit of a revision.
    init(_ name: String, _ console: Console) throws {
        // No revision begins with a dash, and git would take it for an option.
        guard !name.isEmpty, !name.hasPrefix("-") else {
            throw CommandFailure(
                .usage, "'\(name)' is not a git revision", help: "write REV:PATH, such as main:policies")
        }
        self.name = name
        git = try Git(console)
        let found = try git.run(["rev-parse", "--verify", "--quiet", "--end-of-options", "\(name)^{commit}"])
        let words = String(decoding: found.output, as: UTF8.self).split { $0 == "\n" }
        guard found.succeeded, let commit = words.last, commit.utf8.count >= 40,
            commit.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else {
            let reason = Git.words(found.error)
            throw CommandFailure(
                .usage, "git knows no revision '\(name)'" + (reason.isEmpty ? "" : ": \(reason)"),
                help: "run it inside the repository, and fetch the revision if this is a shallow clone")
        }
        self.commit = String(commit)
    }

    /// Returns a path as seen from the top of the repository: `./` and `../` begin in the current folder, as with git.
    func path(_ text: String) throws -> String {
        guard !text.hasPrefix("/") else {
            throw CommandFailure(.usage, "'\(name):\(text)': a path in a revision begins at the top of the repository")
        }
        guard text == "." || text == ".." || text.hasPrefix("./") || text.hasPrefix("../") else {
            return text.isEmpty ? "." : text
        }
        let found = try git.run(["rev-parse", "--show-prefix"])
        guard found.succeeded else { throw CommandFailure(.usage, "git: \(Git.words(found.error))") }
        return String(decoding: found.output.prefix { $0 != 0x0a }, as: UTF8.self) + text
    }

    /// How the loader gets at the files of the revision, and at no others.
    var reader: SourceReader {
        SourceReader(
            kind: { path in
                guard let parts = Self.parts(of: path) else { return .failure(.other("is outside the revision")) }
                guard !parts.isEmpty else { return .success(.folder) }
                return self.entry(parts).flatMap { entry in
                    entry.isFile ? .success(.file) : entry.isFolder ? .success(.folder) : .failure(.notAFile)
                }
            },
            read: { path, limit in
                guard let parts = Self.parts(of: path) else { return .failure(.other("is outside the revision")) }
                return self.entry(parts).flatMap { entry in
                    guard entry.isFile else { return .failure(.notAFile) }
                    guard entry.size <= limit else { return .failure(.tooLarge(limit: limit)) }
                    return self.output(["cat-file", "blob", entry.object], limit: limit)
                }
            },
            list: { path in
                guard let parts = Self.parts(of: path) else { return .failure(.other("is outside the revision")) }
                return self.folder(parts.joined(separator: "/")).map { Array($0.keys) }
            })
    }

    /// The names on the way to a file; nil when the way leaves the repository.
    private static func parts(of path: String) -> [String]? {
        guard !path.hasPrefix("/") else { return nil }
        var parts: [String] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
            if part == ".." {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(String(part))
            }
        }
        return parts
    }

    private func entry(_ parts: [String]) -> Result<Entry, SourceReader.Failure> {
        guard let last = parts.last else { return .failure(.notAFile) }
        return folder(parts.dropLast().joined(separator: "/")).flatMap { entries in
            entries[last].map { .success($0) } ?? .failure(.notFound)
        }
    }

    private func folder(_ path: String) -> Result<[String: Entry], SourceReader.Failure> {
        if let known = folders.withLock({ $0[path] }) { return known }
        // The number of a commit comes first: whatever the path is, this is no option.
        let listed = output(["ls-tree", "-z", "-l", "--full-tree", "\(commit):\(path)"], limit: 64 << 20)
        let found: Result<[String: Entry], SourceReader.Failure>
        switch listed {
        case .success(let bytes): found = .success(Self.entries(bytes))
        case .failure(.tooLarge(let limit)): found = .failure(.tooLarge(limit: limit))
        case .failure: found = .failure(.notFound)
        }
        folders.withLock { $0[path] = found }
        return found
    }

    /// Reads `MODE TYPE OBJECT SIZE\tNAME\0…` (git-ls-tree(1)).
    private static func entries(_ bytes: [UInt8]) -> [String: Entry] {
        var entries: [String: Entry] = [:]
        for line in bytes.split(separator: 0) {
            guard let tab = line.firstIndex(of: 0x09) else { continue }
            let words = line[..<tab].split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            guard words.count == 4 else { continue }
            // A symbolic link (mode 120000) is neither: what it names may be outside the revision.
            entries[String(decoding: line[(tab + 1)...], as: UTF8.self)] = Entry(
                isFile: words[1] == "blob" && words[0] != "120000", isFolder: words[1] == "tree", object: words[2],
                size: Int(words[3]) ?? 0)
        }
        return entries
    }

    private func output(_ arguments: [String], limit: Int) -> Result<[UInt8], SourceReader.Failure> {
        do {
            let outcome = try git.run(arguments, limit: limit)
            if outcome.succeeded { return .success(outcome.output) }
            if outcome.ending == .wroteTooMuch { return .failure(.tooLarge(limit: limit)) }
            return .failure(.other("git: \(Git.words(outcome.error))"))
        } catch {
            return .failure(.other("\(error)"))
        }
    }
}

/// The git of this host.
struct Git: Sendable {
    private let path: String
    private let environment: [String]

    /// Finds git by `PATH`.
    init(_ console: Console) throws {
        let search = console.environment("PATH") ?? "/usr/bin:/bin"
        let folders = search.split(separator: ":").filter { $0.hasPrefix("/") }
        let candidates: [String] = folders.map { "\($0)/git" }
        guard let found = candidates.first(where: { access($0, X_OK) == 0 }) else {
            throw CommandFailure(.usage, "git was not found, and a revision can be read by nothing else")
        }
        path = found
        // Where its settings are, and what repository it looks into, are the user's; that it asks or fetches is nobody's wish.
        environment =
            ["LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "PATH=\(search)"]
            + ["HOME", "XDG_CONFIG_HOME", "GIT_DIR", "GIT_WORK_TREE", "GIT_CEILING_DIRECTORIES"].compactMap { name in
                console.environment(name).map { "\(name)=\($0)" }
            }
    }

    /// Runs git in the current folder.
    func run(_ arguments: [String], limit: Int = 1 << 20) throws -> Subprocess.Outcome {
        let process = Subprocess(
            path: path, arguments: ["--no-pager", "--no-replace-objects"] + arguments, environment: environment,
            timeout: .seconds(60), maxOutputBytes: limit)
        do throws(SubprocessError) {
            return try process.run()
        } catch {
            throw CommandFailure(.incomplete, "git could not be run: \(error)")
        }
    }

    /// The first line of what git complains of.
    static func words(_ error: [UInt8]) -> String {
        String(decoding: error.prefix { $0 != 0x0a }.prefix(200), as: UTF8.self)
    }
}
