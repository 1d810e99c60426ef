import Host
import Policy
import Reports

/// One policy named on the command line, read.
struct PolicyInput {
    /// The path as given.
    let path: String
    /// What came of reading it.
    let result: LoadResult

    /// Reads a policy: a file, a folder of files, or `-` for standard input. What its list files hold is kept when asked for.
    init(reading path: String, keepsLists: Bool = false) {
        self.path = path
        let loader = PolicyLoader(reader: Files.sourceReader, zones: Files.zoneDatabase, keepsLists: keepsLists)
        result = loader.load(paths: [path])
    }

    /// The policy, when reading found no error.
    var policy: Policy? { result.policy }

    /// Whether nothing could be read at the path itself. What a policy names in turn and cannot be read is a finding.
    var isUnreadable: Bool {
        result.policy == nil && result.diagnostics.contains { $0.span == nil && $0.code == "PG021" }
    }

    /// What the policy holds, in a few words.
    var description: String? {
        guard let policy else { return nil }
        let rules = policy.ports.reduce(0) { $0 + $1.rules.count }
        return [(policy.ports.count, "port"), (rules, "rule"), (policy.tests.count, "test")]
            .map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: ", ")
    }

    /// Returns the policy for a command that needs one; without one the findings go to standard error.
    func required(_ console: Console) throws -> Policy {
        guard let policy else {
            console.say(bytes: TextReport.findings(result.diagnostics, in: result.sources))
            throw CommandFailure(
                isUnreadable ? .usage : .findings, "'\(path)' is not a policy that can be used",
                help: "portgate check \(path)")
        }
        return policy
    }
}

extension Operands {
    /// Paths of policies, each a policy of its own; standard input at most once.
    static func policies(_ keyPath: @escaping @Sendable (inout Settings, String) -> Bool) -> Self {
        .several("PATH", completion: .paths) { settings, text throws(UsageError) in
            guard !text.isEmpty else { throw UsageError("an empty PATH names no policy") }
            guard keyPath(&settings, text) else { throw UsageError("'\(text)' is named twice") }
        }
    }

    /// The path of one policy.
    static func policy(_ set: @escaping @Sendable (inout Settings, String) -> Void) -> Self {
        .one("PATH", completion: .paths) { settings, text throws(UsageError) in
            guard !text.isEmpty else { throw UsageError("an empty PATH names no policy") }
            set(&settings, text)
        }
    }
}

extension CommandOption {
    /// `--at TIME`.
    static func at(_ help: String, set: @escaping @Sendable (inout Settings, Instant) -> Void) -> Self {
        .value("at", "TIME", help: help) { settings, text throws(UsageError) in
            do throws(InstantError) {
                set(&settings, try Instant(parsing: text))
            } catch {
                throw UsageError("--at '\(text)': \(error)")
            }
        }
    }
}

extension Instant {
    /// The moment by the host's clock.
    static var now: Instant { Instant(seconds: Clock.nowSeconds) }
}
