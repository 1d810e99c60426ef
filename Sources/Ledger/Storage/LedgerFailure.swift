public import Host

/// Why the ledger could not be opened, written or read: what was tried, where, and what helps.
public enum LedgerFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system said no.
    case system(HostError)
    /// There is no ledger in the folder.
    case absent(folder: String)
    /// There is one already.
    case present(folder: String)
    /// Others kept it locked.
    case locked(path: String, milliseconds: Int)
    /// Something in it is not as it was written.
    case damaged(path: String, reason: String)
    /// A line is no leaf: it is empty, too long, or has a line end within.
    case line(reason: String)
    /// A record was deleted when its time was over.
    case deleted(leaf: UInt64, first: UInt64)
    /// A name is none that a log may have.
    case origin(String)

    /// One sentence, with advice where there is some.
    public var description: String {
        switch self {
        case .system(let error): error.description
        case .absent(let folder): "there is no ledger in \(folder); `portgate keys init` begins one"
        case .present(let folder): "there is a ledger in \(folder) already; a second one would hide it"
        case .locked(let path, let milliseconds):
            "\(path) was locked by another process for \(milliseconds) ms; look for one that is stopped: fuser \(path)"
        case .damaged(let path, let reason): "\(path) \(reason); `portgate verify` says what is still proven"
        case .deleted(let leaf, let first):
            "record \(leaf) was deleted when its time was over, and nothing that needs it can be computed; the first record that is still there is \(first)"
        case .line(let reason): "a line cannot be a leaf of the ledger: \(reason)"
        case .origin(let name):
            "'\(name)' cannot name a log: a name has no white space, no plus sign, no control character, and is not empty"
        }
    }
}

/// Runs what can fail as files do.
func onDisk<Result: ~Copyable>(
    _ operation: String, _ path: String, _ body: () throws(Errno) -> Result
) throws(LedgerFailure) -> Result {
    do throws(Errno) { return try body() } catch { throw .system(HostError(operation, path, error)) }
}

/// Runs what can fail as files do.
func onDisk<Result: ~Copyable>(_ body: () throws(HostError) -> Result) throws(LedgerFailure) -> Result {
    do throws(HostError) { return try body() } catch { throw .system(error) }
}
