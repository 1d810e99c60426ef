/// What is to happen to the elements of one set.
public struct SetChange: Hashable, Sendable {
    /// The set.
    public var set: SetHandle
    /// Elements that go, each exactly as it is in the set.
    public var removed: [SetElement]
    /// Elements that come. One that is removed in the same change is replaced: that is how a timeout is refreshed.
    public var added: [SetElement]
    /// Whether an element that is not there may be removed. One with a timeout may have ended a moment ago, and the kernel
    /// refuses the whole transaction for it; so it is added before it is removed. Off, its absence refuses the change.
    public var toleratesAbsence: Bool

    /// Creates a change.
    public init(
        _ set: SetHandle, removed: [SetElement] = [], added: [SetElement] = [], toleratesAbsence: Bool = true
    ) {
        self.set = set
        self.removed = removed
        self.added = added
        self.toleratesAbsence = toleratesAbsence
    }

    /// Whether nothing happens.
    public var isEmpty: Bool { removed.isEmpty && added.isEmpty }
}
