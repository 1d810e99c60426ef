/// What a rule says in one dimension: nothing, or exactly these. The two are different cases so that a list that became
/// empty can never be taken for a missing one.
public enum Restriction<Value: Hashable & Sendable>: Hashable, Sendable {
    /// The rule does not speak of this dimension: everything matches.
    case unrestricted
    /// Only what the value says matches; an empty value matches nothing.
    case only(Value)
}
