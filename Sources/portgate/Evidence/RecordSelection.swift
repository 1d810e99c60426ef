import Ledger

/// Which records of the ledger a command reads: the options that say so.
struct RecordSelection: Sendable {
    private var wanted = RecordFilter()
    private var since: String?
    private var until: String?

    /// The filter at a moment; `--since 12h` counts from it.
    func filter(_ now: LedgerTime) throws(UsageError) -> RecordFilter {
        var filter = wanted
        if let since { filter.since = try RecordTime(since, option: "--since").moment(now) }
        if let until { filter.until = try RecordTime(until, option: "--until").moment(now) }
        return filter
    }

    /// Where reading begins. Clocks go back at times, and a record is written at most a little after it was made: an hour is left
    /// for that.
    static func start(_ filter: RecordFilter) -> LedgerReader.Start {
        filter.since.map { .time($0.advanced(bySeconds: -3_600)) } ?? .leaf(0)
    }

    fileprivate mutating func want(_ key: RecordFilter.Key, _ text: String) throws(UsageError) {
        do throws(RecordFilter.Refused) { try wanted.want(key, text) } catch {
            throw UsageError("--\(key.rawValue) '\(text)': \(error.reason)")
        }
    }

    fileprivate mutating func leaveOut(_ text: String) throws(UsageError) {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let key = RecordFilter.Key(rawValue: String(parts[0])) else {
            let keys = RecordFilter.Key.allCases.map(\.rawValue)
            throw UsageError("--not '\(text)' is not KEY=VALUE with a key of \(keys.joined(separator: ", "))")
        }
        do throws(RecordFilter.Refused) { try wanted.leaveOut(key, String(parts[1])) } catch {
            throw UsageError("--not '\(text)': \(error.reason)")
        }
    }

    fileprivate mutating func since(_ text: String) throws(UsageError) {
        _ = try RecordTime(text, option: "--since")
        since = text
    }

    fileprivate mutating func until(_ text: String) throws(UsageError) {
        _ = try RecordTime(text, option: "--until")
        until = text
    }
}

extension RecordFilter.Key {
    /// What stands for a value in help.
    fileprivate var placeholder: String {
        switch self {
        case .port: "NAME|NUMBER"
        case .src: "ADDRESS|CIDR"
        case .user, .rule: "NAME"
        case .verdict, .action: "WORD"
        }
    }

    /// What the option does.
    fileprivate var help: String {
        switch self {
        case .port: "only records of a declared port, or of a port number"
        case .user: "only records of a user"
        case .src: "only records from an address, or from a network"
        case .verdict: "only records with a verdict: allow, deny"
        case .rule: "only records of a rule"
        case .action: "only records of an action, such as allow, deny, end, revoke, heartbeat"
        }
    }
}

extension CommandOption {
    /// `--port`, `--user`, `--src`, `--verdict`, `--rule`, `--action`, `--not`, `--since` and `--until`.
    static func selection(
        _ change:
            @escaping @Sendable (
                inout Settings, (inout RecordSelection) throws(UsageError) -> Void
            ) throws(UsageError) -> Void
    ) -> [Self] {
        RecordFilter.Key.allCases.map { key in
            .value(key.rawValue, key.placeholder, repeatable: true, help: key.help) {
                settings, text throws(UsageError) in
                try change(&settings) { selection throws(UsageError) in try selection.want(key, text) }
            }
        } + [
            .value("not", "KEY=VALUE", repeatable: true, help: "leave out what one of the options above would show") {
                settings, text throws(UsageError) in
                try change(&settings) { selection throws(UsageError) in try selection.leaveOut(text) }
            },
            .value("since", "TIME", help: "only records from TIME on") { settings, text throws(UsageError) in
                try change(&settings) { selection throws(UsageError) in try selection.since(text) }
            },
            .value("until", "TIME", help: "only records before TIME") { settings, text throws(UsageError) in
                try change(&settings) { selection throws(UsageError) in try selection.until(text) }
            },
        ]
    }
}
