/// When a rule matches, in instants of the kernel's clock.
enum TimeRestriction: Hashable, Sendable {
    /// Always: the rule states neither windows nor an expiry.
    case always
    /// Before an instant.
    case before(Int64)
    /// During these stretches; never empty.
    case during([ClockRange])
    /// Not any more.
    case never
}

/// A half-open stretch of the kernel's clock in whole seconds: `start` included, `end` excluded.
struct ClockRange: Hashable, Sendable {
    let start: Int64
    let end: Int64
}
