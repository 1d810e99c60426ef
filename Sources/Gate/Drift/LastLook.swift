import JSON
import Policy

/// What a look remembers for the next one: `looks.json` of the state directory.
struct LastLook: Hashable, Sendable {
    /// A stretch of the kernel's generations that nobody explained.
    struct Step: Hashable, Sendable {
        /// The generation before, and when it was seen.
        var from: UInt32
        var since: Instant
        /// The generation after, and when it was seen.
        var to: UInt32
        var seen: Instant
        /// Who made steps of it, as far as that is known: in words, one each.
        var by: [String] = []
    }

    /// Steps that are remembered, at most.
    static let mostSteps = 20

    /// When it was.
    var at: Instant
    /// The kernel's id of the boot.
    var boot: String
    /// The number of the network namespace.
    var cookie: UInt64
    /// The kernel's generation, and the digest of each table.
    var ruleset: RulesetFingerprint
    /// The generation that was in force.
    var applied: Int?
    /// The settings of the kernel as they were at the last look that found nothing to be said of them, and when that was.
    var settings: KernelSettings
    var settingsAt: Instant
    /// Changes made and undone that nobody accepted yet.
    var unexplained: [Step]
}

extension LastLook {
    var json: JSONValue {
        func pairs(_ values: [String: String], _ name: String, _ value: String) -> JSONValue {
            .array(
                values.sorted { $0.key < $1.key }.map { .members([name: .string($0.key), value: .string($0.value)]) })
        }
        return .members([
            "format": .number(1), "at": .string(at.rfc3339), "at_seconds": .number(at.seconds),
            "boot_id": .string(boot), "namespace_cookie": .string(String(cookie)),
            "kernel_generation": .number(Int64(ruleset.generation)),
            "generation": applied.map { .number(Int64($0)) },
            "tables": pairs(ruleset.tables, "table", "sha256"),
            "settings_seconds": .number(settingsAt.seconds),
            "settings": pairs(settings.values, "name", "value"),
            "unexplained": .array(
                unexplained.map { step in
                    .members([
                        "from": .number(Int64(step.from)), "since_seconds": .number(step.since.seconds),
                        "to": .number(Int64(step.to)), "seen_seconds": .number(step.seen.seconds),
                        "by": .array(step.by.map { .string($0) }),
                    ])
                }),
        ])
    }

    init?(json: JSONValue) {
        func number(_ value: JSONValue?) -> UInt32? { value?.integer.flatMap { UInt32(exactly: $0) } }
        func pairs(_ value: JSONValue?, _ key: String, _ text: String) -> [String: String]? {
            guard let elements = value?.elements else { return nil }
            var found: [String: String] = [:]
            for element in elements {
                guard let name = element[key]?.text, let value = element[text]?.text else { return nil }
                found[name] = value
            }
            return found
        }
        guard json["format"]?.integer == 1, let at = json["at_seconds"]?.integer, let boot = json["boot_id"]?.text,
            let cookie = json["namespace_cookie"]?.text.flatMap(UInt64.init),
            let generation = number(json["kernel_generation"]), let tables = pairs(json["tables"], "table", "sha256"),
            let settings = pairs(json["settings"], "name", "value"),
            let settingsAt = json["settings_seconds"]?.integer, let steps = json["unexplained"]?.elements
        else { return nil }
        var unexplained: [Step] = []
        for step in steps {
            guard let from = number(step["from"]), let to = number(step["to"]),
                let since = step["since_seconds"]?.integer, let seen = step["seen_seconds"]?.integer
            else { return nil }
            unexplained.append(
                Step(
                    from: from, since: Instant(seconds: since), to: to, seen: Instant(seconds: seen),
                    by: step["by"]?.elements?.compactMap(\.text) ?? []))
        }
        self.at = Instant(seconds: at)
        self.boot = boot
        self.cookie = cookie
        ruleset = RulesetFingerprint(generation: generation, tables: tables)
        applied = json["generation"]?.integer.map { Int($0) }
        self.settings = KernelSettings(values: settings)
        self.settingsAt = Instant(seconds: settingsAt)
        self.unexplained = unexplained
    }
}

extension StateDirectory {
    private var looksPath: String { "\(path)/looks.json" }

    /// Reads what the last look remembered; nil when there was none.
    func lastLook() throws(GateFailure) -> LastLook? {
        guard let json = try readJSON(looksPath) else { return nil }
        guard let look = LastLook(json: json) else { throw .stateDamaged(looksPath, "it is no look") }
        return look
    }

    /// Remembers a look. The folder is not made for it.
    func remember(_ look: LastLook) throws(SystemError) { try StateFile.write(looksPath, look.json.rendered()) }
}
