public import Policy

/// What a policy says of grants, and what portgate says of every one.
public struct GrantLimits: Sendable {
    /// The longest that any grant can be, in seconds: what a policy can allow.
    static let longestSeconds: Int64 = 30 * 86_400
    /// The longest reason or ticket, in bytes.
    static let longestText = 400

    private let policy: Policy

    /// Takes the limits of a policy.
    public init(_ policy: Policy) { self.policy = policy }

    /// Refuses a request that the policy in force does not allow, and says what it does.
    public func check(_ request: Grant.Request) throws(GateFailure) {
        guard let port = policy.port(named: request.port) else {
            let names = policy.ports.filter { $0.grants != nil }.map(\.name.text)
            throw .grantRefused("the policy in force declares no port \(request.port)", allowed: Self.ports(names))
        }
        guard let settings = port.grants else {
            let names = policy.ports.filter { $0.grants != nil }.map(\.name.text)
            throw .grantRefused("port \(request.port) takes no grants", allowed: Self.ports(names))
        }
        let allowed = Self.words(settings)
        guard policy.identity(named: request.identity) != nil else {
            throw .grantRefused("the policy in force declares no identity \(request.identity)", allowed: allowed)
        }
        guard admits(request.identity, settings) else {
            throw .grantRefused("port \(request.port) takes no grants to \(request.identity)", allowed: allowed)
        }
        guard request.seconds <= settings.longestSeconds else {
            throw .grantRefused("\(Self.words(request.seconds)) is too long", allowed: allowed)
        }
        guard !settings.ticketRequired || request.ticket != nil else {
            throw .grantRefused("port \(request.port) asks for a ticket (--ticket)", allowed: allowed)
        }
    }

    /// Says why the policy no longer has room for a grant that was given; nil when it has. How long it was given for stands.
    func objection(to request: Grant.Request) -> String? {
        guard let settings = policy.port(named: request.port)?.grants else {
            return "the policy now in force takes no grants to port \(request.port)"
        }
        guard policy.identity(named: request.identity) != nil, admits(request.identity, settings) else {
            return "the policy now in force takes no grants of \(request.port) to \(request.identity)"
        }
        return nil
    }

    /// The ports that take grants.
    var ports: [Name] { policy.ports.filter { $0.grants != nil }.map(\.name) }

    /// Tells whether an identity may be granted access: it is named, or a member, at any depth, of one that is.
    private func admits(_ identity: Name, _ settings: GrantSettings) -> Bool {
        var waiting = settings.to
        var seen = Set(waiting)
        while let name = waiting.popLast() {
            if name == identity { return true }
            guard case .members(let members)? = policy.identity(named: name)?.proof else { continue }
            waiting += members.filter { seen.insert($0).inserted }
        }
        return false
    }

    private static func ports(_ names: [String]) -> String {
        names.isEmpty ? "no port of it takes grants" : "it takes grants to port \(names.joined(separator: ", "))"
    }

    private static func words(_ settings: GrantSettings) -> String {
        "it takes grants to \(settings.to.map(\.text).joined(separator: ", ")), "
            + "for at most \(words(settings.longestSeconds)), ticket \(settings.ticketRequired ? "required" : "optional")"
    }

    /// Seconds for people: `1h30m`.
    public static func words(_ seconds: Int) -> String {
        var left = seconds
        var text = ""
        for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60)] where left >= length {
            text += "\(left / length)\(unit)"
            left %= length
        }
        return left > 0 || text.isEmpty ? "\(text)\(left)s" : text
    }
}

extension GrantLimits {
    /// Refuses a source that is too wide: one that is a large part of all there are always, and more than a subnet unless
    /// that is asked for.
    public static func check(_ source: CIDR, wide: Bool) throws(GateFailure) {
        let (prefix, least, usual): (UInt8, UInt8, UInt8)
        switch source {
        case .v4(let address, let length):
            if address.bits >> 24 == 127 { throw .grantTooWide("\(source) is this host itself", notes: []) }
            (prefix, least, usual) = (length, 8, 24)
        case .v6(let address, let length):
            if length == 128, address.bits == 1 { throw .grantTooWide("\(source) is this host itself", notes: []) }
            (prefix, least, usual) = (length, 16, 64)
        }
        guard prefix >= least else {
            throw .grantTooWide("\(source) is nearly everybody", notes: ["a grant goes to a /\(least) at most"])
        }
        guard wide || prefix >= usual else {
            throw .grantTooWide(
                "\(source) is wider than a /\(usual)", notes: ["--wide grants it all the same, to a /\(least) at most"])
        }
    }

    /// Returns why a reason or ticket cannot be written down; nil when it can.
    public static func fault(inText text: String) -> String? {
        if text.utf8.allSatisfy({ $0 == 0x20 }) { return "is empty" }
        if text.utf8.count > longestText { return "is longer than \(longestText) bytes" }
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
                return "holds U+\(String(scalar.value, radix: 16, uppercase: true)), which does not print"
            default: continue
            }
        }
        return nil
    }
}
