public import Host

/// Why a witness cannot work: what was tried, where, and what helps.
public enum WitnessFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system said no.
    case system(HostError)
    /// There is no key yet.
    case absent(folder: String)
    /// There is a key already.
    case present(path: String)
    /// Another process works with the folder.
    case locked(path: String)
    /// A file is not as it was written.
    case damaged(path: String, reason: String)
    /// A name is none that a witness may have.
    case name(String)
    /// The log is known by another anchor.
    case anchor(origin: String, path: String)

    /// One sentence, with advice where there is some.
    public var description: String {
        switch self {
        case .system(let error): error.description
        case .absent(let folder):
            "there is no witness in \(folder); `portgate-witness keys init --name NAME` begins one"
        case .present(let path): "there is a key in \(path) already; another one would be another witness"
        case .locked(let path): "another portgate-witness holds \(path); one at a time signs"
        case .damaged(let path, let reason):
            "\(path) \(reason); put back the file that portgate-witness wrote: what was signed must not be forgotten"
        case .name(let name):
            "'\(name)' cannot name a witness: a name has no white space, no plus sign, no control character, and is not empty"
        case .anchor(let origin, let path):
            "the log '\(origin)' was begun with another key than --log gives; to begin it anew, and forget what was signed, remove \(path)"
        }
    }
}
