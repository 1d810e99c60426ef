import Drift
import Gate
import Glibc
import Host
import Policy

/// The file that says which findings of drift are passed over.
enum IgnoresFile {
    private static let name = "drift-ignores.yaml"

    /// Reads the file named, which must be there; else the one of the state directory, else the one beside the policy.
    static func read(_ path: String?, state: StateDirectory, policy: String?) throws -> SourceFile? {
        if let path { return SourceFile(path: path, bytes: try bytes(path)) }
        var candidates = ["\(state.path)/\(name)"]
        if let policy, policy != "-" {
            var status = stat()
            let isFolder = stat(policy, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            let folder = isFolder ? policy : policy.lastIndex(of: "/").map { String(policy[..<$0]) } ?? "."
            candidates.append("\(folder)/\(name)")
        }
        for candidate in candidates where access(candidate, F_OK) == 0 {
            return SourceFile(path: candidate, bytes: try bytes(candidate))
        }
        return nil
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        do throws(HostError) {
            return try Files.read(path, limit: DriftIgnores.limit)
        } catch {
            throw CommandFailure(.usage, error.description)
        }
    }
}
