import JSON
public import Policy

/// One grant: who is let in where, from where, for how long, why, and by whom.
public struct Grant: Hashable, Sendable {
    /// How far it is.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// It is written down, and the kernel may not have it yet.
        case pending
        /// It is in the kernel.
        case active
        /// It ended; ``Grant/end`` says how.
        case ended
    }

    /// What is asked for.
    public struct Request: Hashable, Sendable {
        /// Who is let in.
        public let identity: Name
        /// The port.
        public let port: Name
        /// The addresses.
        public let source: CIDR
        /// For how many seconds.
        public let seconds: Int
        /// Why.
        public let reason: String
        /// The ticket.
        public let ticket: String?

        /// Creates a request.
        public init(identity: Name, port: Name, source: CIDR, seconds: Int, reason: String, ticket: String?) {
            self.identity = identity
            self.port = port
            self.source = source
            self.seconds = seconds
            self.reason = reason
            self.ticket = ticket
        }
    }

    /// The number, from 1; never given twice.
    public let number: Int
    /// What was asked for.
    public let request: Request
    /// By whom: a user's number, and the name sudo gives.
    public let by: String
    /// When, by the host's clock.
    public let created: Instant
    /// How far it is.
    public var state: State
    /// The time it has.
    public var time: GrantTime
    /// How it ended, and when.
    public var end: End?

    /// How a grant ended.
    public struct End: Hashable, Sendable {
        /// In words, as `expired`.
        public let how: String
        /// When it was noticed, by the host's clock.
        public let at: Instant
    }

    /// Whether it lets anybody in at a moment.
    public func isOpen(at now: GrantClock) -> Bool { state == .active && time.left(at: now) > 0 }
}

extension Grant {
    var json: JSONValue {
        .members([
            "id": .number(Int64(number)), "identity": .string(request.identity.text),
            "port": .string(request.port.text), "from": .string("\(request.source)"),
            "seconds": .number(Int64(request.seconds)), "reason": .string(request.reason),
            "ticket": request.ticket.map { .string($0) }, "by": .string(by), "created": .string(created.rfc3339),
            "created_seconds": .number(created.seconds), "state": .string(state.rawValue),
            "boot_id": .string(time.anchor.boot),
            "anchor_boot_milliseconds": .number(Int64(clamping: time.anchor.sinceBoot)),
            "anchor_seconds": .number(time.anchor.wall.seconds),
            "anchor_remaining_milliseconds": .number(Int64(clamping: time.remaining)),
            "end": end.map { .string($0.how) }, "ended_seconds": end.map { .number($0.at.seconds) },
        ])
    }

    init?(json: JSONValue) {
        guard let number = json["id"]?.integer, number >= 1, number < 1 << 31,
            let identity = json["identity"]?.text.flatMap({ Name($0) }),
            let port = json["port"]?.text.flatMap({ Name($0) }),
            let source = json["from"]?.text.flatMap({ try? CIDR(parsing: $0) }),
            let seconds = json["seconds"]?.integer, (1...GrantLimits.longestSeconds).contains(seconds),
            let reason = json["reason"]?.text, let by = json["by"]?.text,
            let created = json["created_seconds"]?.integer,
            let state = json["state"]?.text.flatMap({ State(rawValue: $0) }), let boot = json["boot_id"]?.text,
            let sinceBoot = json["anchor_boot_milliseconds"]?.integer, sinceBoot >= 0,
            let wall = json["anchor_seconds"]?.integer,
            let remaining = json["anchor_remaining_milliseconds"]?.integer, remaining >= 0,
            remaining <= seconds * 1_000
        else { return nil }
        self.number = Int(number)
        request = Request(
            identity: identity, port: port, source: source, seconds: Int(seconds), reason: reason,
            ticket: json["ticket"]?.text)
        self.by = by
        self.created = Instant(seconds: created)
        self.state = state
        let anchor = GrantClock(boot: boot, sinceBoot: UInt64(sinceBoot), wall: Instant(seconds: wall))
        time = GrantTime(anchor: anchor, remaining: UInt64(remaining))
        end =
            if let how = json["end"]?.text, let at = json["ended_seconds"]?.integer {
                End(how: how, at: Instant(seconds: at))
            } else { nil }
        guard (state == .ended) == (end != nil) else { return nil }
    }
}
