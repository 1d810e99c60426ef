import Policy

/// The words for one change, for every form of the report.
struct ChangeWords {
    let change: AccessChange
    /// Blocks shown at most.
    var limit = 8

    /// `5432/tcp`, `9000-9010/tcp+udp`.
    var numbers: String { Self.numbers(change.ports, change.transports) }

    static func numbers(_ ranges: [PortRange], _ transports: [TransportProtocol]) -> String {
        let numbers = ranges.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }
        let all = transports.count == TransportProtocol.allCases.count
        return numbers.joined(separator: ",") + (all ? "" : "/" + transports.map(\.name).joined(separator: "+"))
    }

    /// Whose access changes.
    var sources: String { SourceWords(change.sources, limit: limit).text }

    /// What must be proven, when something must.
    var who: String? {
        guard change.holders.isEmpty else { return change.holders.map(Self.holder).joined(separator: " or ") }
        guard !change.exceptHolders.isEmpty else { return nil }
        return "anybody but \(change.exceptHolders.map(Self.holder).joined(separator: ", "))"
    }

    private static func holder(_ holder: AccessChange.Holder) -> String {
        let names = holder.names.map(\.text).joined(separator: "/")
        return names.isEmpty ? "\(holder.proof)" : "\(names) (\(holder.proof))"
    }

    /// What must be spoken, when it matters.
    var request: String? {
        guard change.requests.isEmpty else { return change.requests.joined(separator: ", ") }
        return change.exceptRequests.isEmpty ? nil : "anything but \(change.exceptRequests.joined(separator: ", "))"
    }

    /// When, unless always.
    var when: String? { change.time.isAlways ? nil : change.time.words }

    /// How often, when that is what changes.
    var rate: String? {
        guard case .rate(let old, let new) = change.kind else { return nil }
        func words(_ rate: Rate?) -> String { rate.map { "\($0.words) per source" } ?? "without a limit" }
        return "\(words(old)) -> \(words(new))"
    }

    /// A connection that shows the change.
    var example: String? {
        guard let witness = change.witness else { return nil }
        let attempt = witness.new
        var text = "\(attempt.source)\(attempt.isOwn ? " (this host itself)" : "") to \(attempt.port)/"
        text += "\(attempt.transport.name) at \(attempt.time)"
        if let proof = witness.proof { text += " with \(proof)" }
        if let request = witness.request { text += " speaking \(request)" }
        return text
    }

    /// Everything in one sentence.
    var sentence: String {
        let verb =
            switch (change.kind, change.direction) {
            case (.access, .widened): "gains access to"
            case (.access, .narrowed): "loses access to"
            case (.rate, .widened): "may connect more often to"
            case (.rate, .narrowed): "may connect less often to"
            }
        var text = "\(sources) \(verb) \(numbers)"
        if let rate { text += " (\(rate))" }
        if let who { text += "; who: \(who)" }
        if let request { text += "; request: \(request)" }
        if let when { text += "; when: \(when)" }
        return text
    }
}

extension PortDifference {
    /// The heading of the port: its names and numbers.
    var heading: String {
        var groups: [(ranges: [PortRange], transports: [TransportProtocol])] = []
        for (transport, ranges) in numbers {
            if let index = groups.firstIndex(where: { $0.ranges == ranges }) {
                groups[index].transports.append(transport)
            } else {
                groups.append((ranges, [transport]))
            }
        }
        let numbers = groups.map { ChangeWords.numbers($0.ranges, $0.transports) }.joined(separator: " ")
        let names =
            switch (oldName, newName) {
            case (let old?, let new?) where old != new: "\(new) (was \(old))"
            case (_, let new?): new.text
            case (let old?, nil): old.text
            case (nil, nil): "?"
            }
        return "\(names) \(numbers)"
    }

    /// What it means that one policy alone declares the port.
    var standingWords: String? {
        switch standing {
        case .kept: nil
        case .declared: "newly declared: the gate did not judge it before and does from now on"
        case .undeclared: "no longer declared: the gate judges it no more"
        }
    }
}

extension SettingChange {
    /// What the setting was and is, and what that means.
    var words: String { "\(key): \(old) -> \(new)" + (meaning.map { " (\($0))" } ?? "") }
}
