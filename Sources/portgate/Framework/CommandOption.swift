/// One option of a command: the only source of its parsing, help, reference and completion.
///
/// `set` writes into the command's own settings and has no effect beside that; it throws when the text is no such value.
struct CommandOption<Settings>: Sendable {
    /// What everything but the parser needs to know.
    let description: OptionDescription
    /// Takes the value; the empty string for a flag.
    let set: @Sendable (_ settings: inout Settings, _ text: String) throws(UsageError) -> Void

    /// Creates an option without a value.
    static func flag(
        _ long: String, short: Character? = nil, help: String,
        set: @escaping @Sendable (_ settings: inout Settings) -> Void
    ) -> Self {
        Self(description: OptionDescription(long: long, short: short, help: help)) { settings, _ in set(&settings) }
    }

    /// Creates an option with a value that may be given once, or several times when `repeatable`.
    static func value(
        _ long: String, short: Character? = nil, _ value: String, repeatable: Bool = false,
        completion: OptionDescription.Completion = .nothing, help: String,
        set: @escaping @Sendable (_ settings: inout Settings, _ text: String) throws(UsageError) -> Void
    ) -> Self {
        Self(
            description: OptionDescription(
                long: long, short: short, value: value, repeatable: repeatable, completion: completion, help: help),
            set: set)
    }
}

/// An option without its setter.
struct OptionDescription: Hashable, Sendable {
    /// What a shell can offer for a value.
    enum Completion: Hashable, Sendable {
        /// Nothing.
        case nothing
        /// Paths.
        case paths
        /// One of these words.
        case words([String])
    }

    /// The name after `--`.
    let long: String
    /// The letter after `-`, when it has one.
    var short: Character?
    /// What stands for the value in help; nil for a flag.
    var value: String?
    /// Whether it may be given more than once.
    var repeatable = false
    /// What a shell can offer for its value.
    var completion = Completion.nothing
    /// What it does: lower case, no full stop.
    let help: String

    /// How it is written in help: `-o, --output FORMAT[=PATH]`.
    var usage: String {
        let name = short.map { "-\($0), --\(long)" } ?? "--\(long)"
        return value.map { "\(name) \($0)" } ?? name
    }
}
