extension LintContext {
    /// Rules that have ended, end soon, or end beyond the horizon.
    func expiries() -> [Diagnostic] {
        var found: [Diagnostic] = []
        forEachRule { port, rule in
            guard let expires = rule.expires else { return }
            if expires <= now {
                found.append(.expiredRule(rule, port, at: expires))
            } else if expires <= now.advanced(byDays: Linter.expiresSoonDays) {
                let days = Int((expires.seconds - now.seconds) / 86_400)
                found.append(.ruleExpiresSoon(rule, port, at: expires, days: days))
            } else if expires > horizon {
                found.append(.ruleExpiresLate(rule, port, at: expires))
            }
        }
        return found
    }

    /// Windows that do not open before the horizon.
    func closedWindows() -> [Diagnostic] {
        policy.windows.filter { !openingWindows.contains($0.name) }.map { window in
            let later = window.schedule.nextOpening(at: horizon, in: window.zone, withinDays: 3660)
            return .windowNeverOpens(window, later: later.map { window.zone.civil($0).text })
        }
    }
}
