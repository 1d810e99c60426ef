public import JSON
import Policy

extension Grant {
    /// The grant in one line for people.
    public func text(at now: GrantClock) -> String {
        let left = time.left(at: now)
        let words: String
        if let end {
            words = "ended \(end.at.rfc3339): \(end.how)"
        } else if left == 0 {
            words = "expired"
        } else if state == .pending {
            words = "interrupted while it was given"
        } else {
            words = "ends in \(GrantLimits.words(Int(clamping: (left + 999) / 1_000)))"
        }
        let ticket = request.ticket.map { " (\($0))" } ?? ""
        return "grant \(number): \(request.identity) to port \(request.port) from \(request.source), \(words); given "
            + "\(created.rfc3339) for \(GrantLimits.words(request.seconds)) by \(by): \(request.reason)\(ticket)"
    }

    /// The grant as JSON, with what is left of its time.
    public func json(at now: GrantClock) -> JSONValue {
        guard case .object(let members) = json else { return .null }
        return .object(
            members + [
                JSONValue.Member("open", .bool(isOpen(at: now))),
                JSONValue.Member(
                    "remaining_milliseconds",
                    .number(isOpen(at: now) ? Int64(clamping: time.left(at: now)) : 0)),
            ])
    }
}
