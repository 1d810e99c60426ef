/// One change in what is let in: the same for all its sources, moments, requests and proofs.
public struct AccessChange: Sendable {
    /// Which way.
    public enum Direction: String, Hashable, Sendable {
        /// Somebody gains.
        case widened
        /// Somebody loses.
        case narrowed
    }

    /// What changes.
    public enum Kind: Hashable, Sendable {
        /// Who is let in at all.
        case access
        /// How often those may connect who are let in before and after: the rates as written, nil without one.
        case rate(old: Rate?, new: Rate?)
    }

    /// Somebody by the proof that is asked for.
    public struct Holder: Hashable, Sendable {
        /// What must hold.
        public let proof: ProofAtom
        /// What the policies call it.
        public let names: [Name]
    }

    /// A rule that lets in what is gained or lost.
    public struct Cause: Hashable, Sendable {
        /// The rule's name.
        public let rule: Name
        /// Where it stands, in the new policy for what is gained and in the old one for what is lost.
        public let span: SourceSpan
    }

    /// Which way.
    public let direction: Direction
    /// What changes.
    public let kind: Kind
    /// The numbers of the port it concerns.
    public var ports: [PortRange]
    /// The protocols it concerns, in order of their numbers.
    public var transports: [TransportProtocol]
    /// Whose access changes.
    public let sources: SourceSet
    /// Proofs, any of which changes something; empty when none is needed.
    public let holders: [Holder]
    /// Proofs with which nothing changes: whoever has one was let in before, or still is.
    public let exceptHolders: [Holder]
    /// Request types, any of which changes something, in the policy's words; empty when any request does.
    public let requests: [String]
    /// Request types with which nothing changes.
    public let exceptRequests: [String]
    /// When.
    public let time: ChangeTime
    /// The rules that let in, in the order of the policy; empty where nothing judges.
    public let causes: [Cause]
    /// A connection that one side lets in and the other does not.
    public var witness: ChangeWitness?

    /// Where the change lies on the time line.
    let points: TimeSet
    /// The first place of it, of which the witness is made.
    let sample: CellChange
}

/// A connection on which two policies differ.
public struct ChangeWitness: Hashable, Sendable {
    /// As the old policy names identities and requests.
    public let old: AccessAttempt
    /// As the new policy names them.
    public let new: AccessAttempt
    /// What is proven, in words.
    public let proof: ProofAtom?
    /// What is spoken, in words.
    public let request: String?
}
