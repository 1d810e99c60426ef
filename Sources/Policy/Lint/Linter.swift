/// Finds what is allowed by the language and probably not meant.
public enum Linter {
    /// Days ahead that windows are rendered for; what lies behind is closed until the next apply.
    public static let horizonDays = 400
    /// Days before its end at which a rule is said to expire soon.
    public static let expiresSoonDays = 30

    /// Returns the findings on a policy at a moment, in the order of file and place, less those that a comment in place ignores.
    ///
    /// Pure. Takes time in proportion to the declarations and addresses; the comparison of rules with each other has a budget,
    /// and says so when it is not enough.
    public static func lint(_ policy: Policy, now: Instant) -> [Diagnostic] {
        let context = LintContext(policy, now: now)
        var found: [Diagnostic] = []
        found += context.expiries()
        found += context.breadth()
        let shadowed = context.shadowedRules()
        found += shadowed
        found += context.needlessRules(besides: shadowed)
        found += context.rulesThatEndUnopened()
        found += context.redundantEntries()
        found += context.closedWindows()
        found += context.unusedNames()
        found += context.ports()
        found += context.lockOuts()
        found += context.tests()
        found = Ignores(in: policy.sources, now: now).apply(to: found)
        return found.enumerated().sorted { left, right in
            let (a, b) = (left.element.span?.order ?? (0, 0, 0), right.element.span?.order ?? (0, 0, 0))
            return a == b ? (left.element.code, left.offset) < (right.element.code, right.offset) : a < b
        }.map(\.element)
    }
}

extension SourceSpan {
    /// What findings are sorted by.
    fileprivate var order: (UInt32, UInt32, UInt32) { (file, line, column) }
}
