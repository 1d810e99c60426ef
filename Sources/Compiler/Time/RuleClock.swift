import Policy

/// Turns windows and expiries into instants of the kernel's clock.
struct RuleClock {
    /// The first and last instants that the kernel's clock, nanoseconds in 63 bits, can show, in whole seconds.
    private static let clockLimits: ClosedRange<Int64> = 0...9_223_372_036

    private let options: CompileOptions
    private let windows: [Name: Window]
    private var openings: [Name: [InstantRange]] = [:]
    private var unions: [[Name]: [InstantRange]] = [:]

    init(policy: Policy, options: CompileOptions) {
        self.options = options
        windows = Dictionary(policy.windows.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Works out when a rule matches. A window without any opening is reported.
    mutating func restriction(of rule: AccessRule, in port: Port, report: (Diagnostic) -> Void) -> TimeRestriction {
        let expired = rule.expires.map { $0 <= options.now } ?? false
        if expired { report(.noLongerAllows(rule, of: port, expired: true)) }
        guard case .only(let names) = rule.windows else {
            return rule.expires.map { before($0) } ?? .always
        }
        if !expired {
            for name in names {
                guard let window = windows[name] else { continue }
                let ahead = openings(of: window).contains { $0.end > options.now }
                if !ahead { report(.neverOpens(window, until: options.stretch.end, rule: rule, of: port)) }
            }
        }
        var open = union(of: names)
        if let expires = rule.expires {
            open = open.compactMap { InstantRange(start: $0.start, end: min($0.end, expires)) }
            if !expired, !open.contains(where: { $0.end > options.now }) {
                report(.noLongerAllows(rule, of: port, expired: false))
            }
        }
        let ranges = open.compactMap { clockRange($0) }
        return ranges.isEmpty ? .never : .during(ranges)
    }

    private func before(_ expires: Instant) -> TimeRestriction {
        let (sum, overflow) = expires.seconds.addingReportingOverflow(options.kernelClockOffset)
        if overflow { return expires.seconds < 0 ? .never : .before(Self.clockLimits.upperBound) }
        return sum <= Self.clockLimits.lowerBound ? .never : .before(min(sum, Self.clockLimits.upperBound))
    }

    private func clockRange(_ range: InstantRange) -> ClockRange? {
        let (start, startOverflow) = range.start.seconds.addingReportingOverflow(options.kernelClockOffset)
        let (end, endOverflow) = range.end.seconds.addingReportingOverflow(options.kernelClockOffset)
        guard !startOverflow, !endOverflow else { return nil }
        let clamped = ClockRange(
            start: max(start, Self.clockLimits.lowerBound), end: min(end, Self.clockLimits.upperBound))
        return clamped.start < clamped.end ? clamped : nil
    }

    private mutating func openings(of window: Window) -> [InstantRange] {
        if let known = openings[window.name] { return known }
        let stretch = options.stretch
        let found = window.schedule.openings(in: window.zone, from: stretch.start, to: stretch.end)
        openings[window.name] = found
        return found
    }

    /// Returns the moments at which any of the windows is open, sorted and merged.
    private mutating func union(of names: [Name]) -> [InstantRange] {
        if let known = unions[names] { return known }
        var all: [InstantRange] = []
        for name in names {
            guard let window = windows[name] else { continue }
            all += openings(of: window)
        }
        all.sort { $0.start < $1.start }
        var merged: [InstantRange] = []
        for range in all {
            if let last = merged.last, range.start <= last.end {
                guard let joined = InstantRange(start: last.start, end: max(last.end, range.end)) else { continue }
                merged[merged.count - 1] = joined
            } else {
                merged.append(range)
            }
        }
        unions[names] = merged
        return merged
    }
}
