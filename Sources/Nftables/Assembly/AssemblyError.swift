/// Why a table has no bytecode.
public enum AssemblyError: Error, Hashable, Sendable {
    /// It cannot be rendered either: ``Table/validate()`` says why. An unknown statement and a foreign object are such reasons.
    case notRenderable(TableError)
    /// A rule asks for two protocols of one layer; nft refuses its text.
    case conflictingProtocols(chain: String, rule: Int)
}

extension AssemblyError: CustomStringConvertible {
    /// A sentence for people.
    public var description: String {
        switch self {
        case .notRenderable(let error): error.description
        case .conflictingProtocols(let chain, let rule):
            "rule \(rule + 1) of chain '\(chain)' asks for two protocols of one layer"
        }
    }
}
