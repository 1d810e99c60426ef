/// What is done in one transaction, all of it or nothing: ruleset text to load, or elements of sets to change.
public struct Batch: Hashable, Sendable {
    /// The place of a batch in a change. Between two batches the gate judges by the old rules or by the new ones, whole.
    public enum Step: String, Hashable, Sendable, CaseIterable {
        /// Adds what the new rules need and the old ones do not see: sets with their elements, empty maps, counters.
        case fill
        /// Changes elements of sets in use, in one transaction without text: the same rules judge by the new sets.
        case elements
        /// Puts the new rules, map elements and hooks in the place of the old ones.
        case switchOver = "switch"
        /// Deletes the sets, maps and counters that only the old rules needed.
        case clean
        /// Puts a new table in the place of one that cannot be changed in place. Counters start at zero, and while large
        /// sets load packets of allowed clients may be lost; no refused one is let through.
        case replace
    }

    /// The place of the batch.
    public var step: Step
    /// What it does, for people.
    public var summary: String
    /// The text, only ever about `inet portgate`; empty when elements change.
    public var text: [UInt8]
    /// The elements that go and come; none when there is text.
    public var elements: [ElementChange]

    /// Creates a batch.
    public init(step: Step, summary: String, text: [UInt8], elements: [ElementChange] = []) {
        self.step = step
        self.summary = summary
        self.text = text
        self.elements = elements
    }
}
