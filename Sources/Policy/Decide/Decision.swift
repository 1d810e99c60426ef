/// Why a rule did not match an attempt.
public enum Mismatch: Hashable, Sendable {
    /// The source is outside the rule's networks.
    case network
    /// None of the rule's identities holds.
    case identity
    /// None of the rule's windows is open.
    case window
    /// The first bytes are not of the rule's request types, or unknown.
    case request
    /// The rule's last moment has passed.
    case expired
}

/// One rule that did not match, and every dimension in which it did not.
public struct NearMiss: Hashable, Sendable {
    /// Index into ``Port/rules``.
    public let rule: Int
    /// All that kept it from matching; never empty.
    public let mismatches: [Mismatch]
}

/// What a policy decides on an attempt.
public enum Decision: Hashable, Sendable {
    /// No declaration covers the port: the gate does not judge it.
    case undeclared
    /// Allowed by the first matching rule. Indexes into ``Policy/ports`` and ``Port/rules``.
    case allowed(port: Int, rule: Int)
    /// Refused by a declared port. The misses are ordered by how little was missing.
    case refused(port: Int, misses: [NearMiss])
}

extension Decision {
    /// The decision with no more than the nearest misses.
    func nearest(_ most: Int) -> Decision {
        guard case .refused(let port, let misses) = self, misses.count > most else { return self }
        return .refused(port: port, misses: Array(misses.prefix(most)))
    }
}

extension Policy {
    /// Decides an attempt. Pure; this is the definition of what a policy means, and everything compiled from it must agree.
    ///
    /// Rules that are only observed let nobody in. A port that is only observed is decided as if it were enforced, although it
    /// refuses nobody; ``Policy/outlook(_:)`` tells the two apart. For many attempts make one ``Decider``.
    public func decide(_ attempt: AccessAttempt) -> Decision { Decider(self).decide(attempt) }

    /// Tells whether an identity holds for an attempt.
    public func holds(_ name: Name, for attempt: AccessAttempt) -> Bool { Decider(self).holds(name, for: attempt) }
}
