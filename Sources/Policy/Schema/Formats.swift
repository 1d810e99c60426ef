/// The texts that scalars of the language may hold.
enum Formats {
    private static let namePattern = "[A-Za-z0-9][A-Za-z0-9._-]{0,47}"
    private static let portPattern = "(?:[1-9][0-9]{0,4})"

    static let version = TextFormat(
        id: "version", wanted: "1", values: [Language.version], readsAs: [.string, .integer])
    static let name = TextFormat(
        id: "name", wanted: "a name of letters, digits, '.', '_' and '-'", pattern: "^\(namePattern)$",
        longest: Name.longest, readsAs: [.string, .number, .boolean])
    static let text = TextFormat(
        id: "text", wanted: "a line of text", pattern: "^[^\\u0000-\\u001f\\u007f]+$",
        longest: Language.Bounds.textLength, readsAs: [.string, .number, .boolean])
    static let path = TextFormat(
        id: "path", wanted: "a path", longest: 4_095, readsAs: [.string, .number, .boolean])
    static let source = TextFormat(
        id: "source", wanted: "a CIDR such as 10.20.0.0/16 or a network's name", pattern: "^[0-9A-Za-z._:/-]+$",
        longest: 64, readsAs: [.string, .number, .boolean])
    static let port = TextFormat(
        id: "port-numbers", wanted: "a port such as 5432, or a range such as 9000-9010",
        pattern: "^\(portPattern)(?:-\(portPattern))?$", bounds: 1...65_535, readsAs: [.string, .integer])
    static let portNumber = TextFormat(
        id: "port-number", wanted: "a port from 1 to 65535", pattern: "^\(portPattern)$",
        bounds: 1...65_535, readsAs: [.string, .integer])
    static let transport = TextFormat(
        id: "protocol", wanted: "tcp, udp or sctp", values: ["tcp", "udp", "sctp"])
    static let criticality = TextFormat(
        id: "criticality", wanted: "low, medium, high or critical", values: Criticality.allCases.map(\.rawValue))
    static let refusal = TextFormat(
        id: "otherwise", wanted: "reject or drop", values: Port.Refusal.allCases.map(\.rawValue))
    static let reach = TextFormat(
        id: "reach", wanted: "host or forwarded", values: Port.Reach.allCases.map(\.rawValue))
    static let mode = TextFormat(id: "mode", wanted: "enforce or observe", values: Mode.allCases.map(\.rawValue))
    static let logAllowed = TextFormat(
        id: "log-allowed", wanted: "connections or none", values: LogSettings.Allowed.allCases.map(\.rawValue))
    static let logDenied = TextFormat(
        id: "log-denied", wanted: "all, none or a rate such as \"10/second per source\"",
        pattern: "^(?:all|none|[1-9][0-9]{0,6}/(?:second|minute|hour|day) per source)$")
    static let rate = TextFormat(
        id: "rate", wanted: "a rate such as \"20/second per source\"",
        pattern: "^[1-9][0-9]{0,6}/(?:second|minute|hour|day) per source$")
    static let request = TextFormat(
        id: "request", wanted: "a request type such as tls, http.get or postgresql", pattern: "^[!-~]+$", longest: 255)
    static let expiry = TextFormat(
        id: "expiry", wanted: "a date such as 2027-03-31, or a moment such as 2027-03-31T18:00:00+02:00",
        pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9:.]+(?:[Zz]|[+-][0-9]{2}:[0-9]{2}))?$")
    static let moment = TextFormat(
        id: "moment", wanted: "a moment such as 2026-11-23T10:00+01:00",
        pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+(?:[Zz]|[+-][0-9]{2}:[0-9]{2})$")
    static let date = TextFormat(
        id: "date", wanted: "a date such as 2026-12-25", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    static let zone = TextFormat(
        id: "timezone", wanted: "a time zone such as Europe/Berlin or UTC", pattern: "^[A-Za-z0-9_+/-]+$", longest: 64)
    static let days = TextFormat(
        id: "days", wanted: "a day such as mon, a range such as mon-fri, or daily",
        pattern: "^(?:daily|(?:mon|tue|wed|thu|fri|sat|sun)(?:-(?:mon|tue|wed|thu|fri|sat|sun))?)$")
    static let hours = TextFormat(
        id: "hours", wanted: "hours such as \"08:00-18:00\"",
        pattern: "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$")
    static let account = TextFormat(
        id: "account", wanted: "an account's name or number", pattern: "^[A-Za-z0-9_][A-Za-z0-9._-]{0,31}\\$?$",
        longest: 33, readsAs: [.string, .integer])
    static let cgroup = TextFormat(
        id: "cgroup", wanted: "a cgroup path such as system.slice/postgresql.service", pattern: "^[^/\\s][^\\s]*$",
        longest: 512)
    static let interface = TextFormat(
        id: "interface", wanted: "an interface such as wg0", pattern: "^[!-.0-~]{1,15}$", longest: 15)
    static let mac = TextFormat(
        id: "mac", wanted: "a hardware address such as 02:00:5e:10:00:01",
        pattern: "^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}$")
    static let ledger = TextFormat(id: "required", wanted: "required", values: ["required"])
    static let ticket = TextFormat(id: "ticket", wanted: "required or optional", values: ["required", "optional"])
    static let duration = TextFormat(
        id: "duration", wanted: "a duration such as 30m, 2h or 1d", pattern: "^[1-9][0-9]{0,7}[smhd]$")
    static let retention = TextFormat(
        id: "retention", wanted: "a number of days such as \"90 days\"", pattern: "^[1-9][0-9]{0,4} days?$")
    static let markMask = TextFormat(
        id: "mark-mask", wanted: "a mask such as 0xff000000", pattern: "^(?:0x[0-9A-Fa-f]{1,8}|[1-9][0-9]{0,9})$",
        readsAs: [.string, .integer])
    static let sourceCheck = TextFormat(
        id: "source-check", wanted: "strict, loose or none", values: Defaults.SourceCheck.allCases.map(\.rawValue))
    static let undeclared = TextFormat(
        id: "undeclared", wanted: "report or deny", values: Defaults.Undeclared.allCases.map(\.rawValue))
    static let octets = TextFormat(
        id: "octets", wanted: "1 to 16 bytes in hexadecimal such as \"52 50 43 31\"",
        pattern: "^ *[0-9A-Fa-f]{2}(?: *[0-9A-Fa-f]{2}){0,15} *$", readsAs: [.string, .number])
    static let expectation = TextFormat(
        id: "expect", wanted: "allow or deny", values: PolicyTest.Expectation.allCases.map(\.rawValue))
    static let address = TextFormat(
        id: "address", wanted: "an address such as 10.30.1.4, or loopback", pattern: "^(?:loopback|[0-9A-Fa-f:.]+)$",
        readsAs: [.string, .number])
    /// A whole number from 0 to `most`.
    static func count(_ id: String, least: UInt32 = 0, most: UInt32) -> TextFormat {
        TextFormat(
            id: id, wanted: "a whole number from \(least) to \(most)", pattern: "^(?:0|[1-9][0-9]{0,9})$",
            bounds: Int(least)...Int(most), readsAs: [.string, .integer])
    }
    static let logGroup = count("log-group", most: 65_535)
    static let reqid = count("reqid", least: 1, most: UInt32.max)
    static let spi = count("spi", least: 1, most: UInt32.max)
    static let offset = count("offset", most: 255)
}
