/// The operands of a command: what stands on its line beside options.
struct Operands<Settings>: Sendable {
    /// What stands for them in help, such as `PATH...`; nil when the command takes none.
    let usage: String?
    /// The least and greatest number of them.
    let count: ClosedRange<Int>
    /// What a shell can offer.
    let completion: OptionDescription.Completion
    /// Takes one operand.
    let set: @Sendable (_ settings: inout Settings, _ text: String) throws(UsageError) -> Void

    /// No operands.
    static var none: Self { Self(usage: nil, count: 0...0, completion: .nothing) { _, _ in } }

    /// One operand.
    static func one(
        _ usage: String, completion: OptionDescription.Completion = .nothing,
        set: @escaping @Sendable (_ settings: inout Settings, _ text: String) throws(UsageError) -> Void
    ) -> Self {
        Self(usage: usage, count: 1...1, completion: completion, set: set)
    }

    /// At most one operand.
    static func optional(
        _ usage: String, completion: OptionDescription.Completion = .nothing,
        set: @escaping @Sendable (_ settings: inout Settings, _ text: String) throws(UsageError) -> Void
    ) -> Self {
        Self(usage: "[\(usage)]", count: 0...1, completion: completion, set: set)
    }

    /// At least one operand.
    static func several(
        _ usage: String, completion: OptionDescription.Completion = .nothing,
        set: @escaping @Sendable (_ settings: inout Settings, _ text: String) throws(UsageError) -> Void
    ) -> Self {
        Self(usage: "\(usage)...", count: 1...Int.max, completion: completion, set: set)
    }
}
