import Drift
import Policy

/// Who is let in although no book says so, or no longer: elements of the sets of grants and sessions.
enum OverdueAccess {
    /// A session's element never has more left.
    private static let longestSession = SessionKeeper.timeoutMilliseconds + 1_000

    /// Tells of grants of a port: elements that the book does not explain, or not for so long.
    static func grants(
        _ port: Name, live: [SetElement], wanted: [SetElement], isIPv6: Bool
    ) -> [DriftFinding] {
        live.compactMap { element in
            let block = words(element, isIPv6: isIPv6)
            let meant = wanted.first { $0.first <= element.first && element.last <= $0.last }
            let reason: String
            switch (meant?.timeoutMilliseconds, element.remainingMilliseconds) {
            case (nil, let left?):
                reason = "is let in for \(left / 1_000) s more, and no grant that is recorded says so"
            case (nil, nil): reason = "is let in for good, and no grant that is recorded says so"
            case (let meant?, nil): reason = "is let in for good, and was granted \(meant / 1_000) s more"
            case (let meant?, let left?):
                guard left > meant + 2_000 else { return nil }
                reason = "is let in for \(left / 1_000) s more, and was granted \(meant / 1_000) s more"
            }
            return DriftFinding(
                .accessUnexplained("\(block) \(reason)", port: port.text), kind: .overdueAccess, subject: block,
                repair: .advice([
                    "portgate grant list   # what is granted",
                    "the next 'portgate grant' or 'portgate apply' writes the sets anew from what is granted",
                ]))
        }
    }

    /// Tells of addresses that prove an identity although no session keeps them, or for longer than one could.
    static func sessions(_ lines: [SessionOverview.Line]) -> [DriftFinding] {
        lines.compactMap { line in
            var severity = Severity.warning
            let reason: String
            if let left = line.remainingMilliseconds, left <= longestSession {
                guard line.sessions.isEmpty else { return nil }
                // What a killed session leaves ends by itself within this time; what somebody keeps up looks the same.
                severity = .note
                reason = "for \(left / 1_000) s more, and its session is gone"
            } else if line.remainingMilliseconds == nil {
                reason = "for good, and no session does that"
            } else {
                reason = "for longer than a session lasts"
            }
            return DriftFinding(
                .accessUnexplained("\(line.source) proves identity \(line.identity) \(reason)", severity: severity),
                kind: .overdueAccess, subject: "\(line.identity) \(line.source)",
                repair: .advice([
                    "portgate session list   # who proves what", "take the element out of the set, or apply again",
                ]))
        }
    }

    private static func words(_ element: SetElement, isIPv6: Bool) -> String {
        func address(_ bits: UInt128) -> String {
            isIPv6 ? "\(IPv6Address(bits: bits))" : "\(IPv4Address(bits: UInt32(truncatingIfNeeded: bits)))"
        }
        let first = address(element.first)
        return element.first == element.last ? first : "\(first)-\(address(element.last))"
    }
}
