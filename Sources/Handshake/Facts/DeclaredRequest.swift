/// What a port's policy lets clients speak, as far as it matters whether their bytes are a surprise.
public enum DeclaredRequest: Hashable, Sendable {
    /// Anything.
    case any
    /// One of the protocols that are recognised.
    case known(RecognisedProtocol)
    /// A signature of the policy's own: bytes that are not recognised may be just that.
    case signature
}

/// Why a client's first bytes are a surprise.
public enum Surprise: String, Hashable, Sendable {
    /// They are no protocol that is recognised, and the port declares only such.
    case unrecognised
    /// They are a protocol that the port does not declare.
    case undeclared
}
