/// Random policies as YAML text: valid, small, and dense with what is easy to get wrong (overlapping and adjacent blocks, both
/// families, loopback literals, windows across midnight and in several zones, expiries, process identities, nested members).
///
/// Every rule it writes matches somebody, and every key it writes is one that the compiler enforces.
public struct PolicyGenerator {
    /// The moment around which windows and expiries are made: 2026-11-21T12:00:00Z.
    public static let now: Int64 = 1_795_262_400
    /// User numbers that process identities use.
    public static let users: [UInt32] = [0, 1000, 1001, 65_534]
    /// Group numbers that process identities use.
    public static let groups: [UInt32] = [0, 100, 1000]

    private var random: SeededGenerator
    private let isWide: Bool
    private var networks: [(name: String, blocks: [String])] = []
    private var addressIdentities: [(name: String, blocks: [String])] = []
    private var processIdentities: [String] = []
    private var teams: [String] = []
    private var windows: [String] = []

    private var provenIdentities: [String] = []

    private init(seed: UInt64, isWide: Bool) {
        random = SeededGenerator(seed: seed)
        self.isWide = isWide
    }

    /// Returns the policy of a seed. A wide one has every kind of identity, request types, rates, staged rules and ports,
    /// grants and partial reach beside the sources, processes and times that all have.
    public static func yaml(seed: UInt64, isWide: Bool = false) -> String {
        var generator = PolicyGenerator(seed: seed, isWide: isWide)
        return generator.policy(seed: seed)
    }

    private mutating func policy(seed: UInt64) -> String {
        var text = "version: 1\nname: random-\(seed)\nowner: tests\n"
        text += networkSection() + identitySection() + windowSection() + portSection()
        return text
    }

    // MARK: Sections

    private mutating func networkSection() -> String {
        var text = "networks:\n"
        for number in 0..<Int.random(in: 1...4, using: &random) {
            let blocks = (0..<Int.random(in: 1...6, using: &random)).map { _ in block() }
            networks.append(("net\(number)", blocks))
            text += "  net\(number): [\(list(blocks))]\n"
        }
        return text
    }

    private mutating func identitySection() -> String {
        var text = "identities:\n"
        for number in 0..<Int.random(in: 1...3, using: &random) {
            let blocks = (0..<Int.random(in: 1...3, using: &random)).map { _ in block() }
            addressIdentities.append(("addr\(number)", blocks))
            text += "  addr\(number): { addresses: [\(list(blocks))] }\n"
        }
        for number in 0..<Int.random(in: 1...3, using: &random) {
            let user = "user: \(random.pick(Self.users))"
            let group = "group: \(random.pick(Self.groups))"
            let parts = [user, group, "\(user), \(group)"]
            processIdentities.append("proc\(number)")
            text += "  proc\(number): { process: { \(random.pick(parts)) } }\n"
        }
        if random.chance(50) {
            teams.append("team")
            text += "  team: { members: [\(random.pick(addressIdentities).name), \(random.pick(processIdentities))] }\n"
            if random.chance(50) {
                teams.append("everyone")
                text += "  everyone: { members: [team, \(random.pick(addressIdentities).name)] }\n"
            }
        }
        guard isWide else { return text }
        let proofs = [
            "session: { user: alice }", "ipsec: { reqid: 7 }", "ipsec: { reqid: 8, spi: 9 }",
            "wireguard: { interface: wg0, addresses: [10.8.0.5/32, \"fd00:8::/64\"] }",
            "link: { mac: \"02:00:00:00:00:01\" }", "link: { mac: \"02:00:00:00:00:02\", interface: eth7 }",
            "process: { cgroup: system.slice/some.service }", "process: { user: 1000, cgroup: user.slice }",
        ]
        for (number, proof) in proofs.enumerated() where number == 0 || random.chance(60) {
            provenIdentities.append("proof\(number)")
            text += "  proof\(number): { \(proof) }\n"
        }
        provenIdentities.append("anybody")
        text += "  anybody: { members: [\(provenIdentities.dropLast().joined(separator: ", "))] }\n"
        return text
    }

    private mutating func windowSection() -> String {
        let zones = [
            "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia",
        ]
        let days = ["mon-fri", "sat-mon", "daily", "sun", "tue, thu", "fri-sun, wed"]
        let hours = [
            "08:00-18:00", "22:00-02:00", "00:00-24:00", "23:30-00:30", "02:15-02:45", "12:00-12:01", "18:00-08:00",
        ]
        var text = "windows:\n"
        for number in 0..<Int.random(in: 1...3, using: &random) {
            windows.append("win\(number)")
            var chosen = "\"\(random.pick(hours))\""
            if random.chance(30) { chosen += ", \"\(random.pick(hours))\"" }
            let except = random.chance(30) ? ", except: [2026-11-23, 2026-12-25]" : ""
            text += "  win\(number): { timezone: \(random.pick(zones)), days: [\(random.pick(days))], "
            text += "hours: [\(chosen)]\(except) }\n"
        }
        return text
    }

    private mutating func portSection() -> String {
        var text = "ports:\n"
        var next = 1
        for number in 0..<Int.random(in: 1...4, using: &random) {
            let first = next + Int.random(in: 0...200, using: &random)
            let width = random.chance(30) ? Int.random(in: 1...20, using: &random) : 0
            next = first + width + 1 + Int.random(in: 0...1, using: &random)
            let value = width == 0 ? "\(first)" : "\"\(first)-\(first + width)\""
            text += "  - name: port\(number)\n    port: \(value)\n"
            let protocols = isWide ? ["tcp", "[tcp, udp]"] : ["tcp", "udp", "sctp", "[tcp, udp]", "[udp, sctp]"]
            if isWide || random.chance(70) { text += "    protocol: \(random.pick(protocols))\n" }
            if random.chance(30) { text += "    otherwise: drop\n" }
            let denied = ["all", "none", "10/second per source", "1/day per source"]
            if random.chance(50) {
                text +=
                    "    log: { allowed: \(random.pick(["connections", "none"])), denied: \(random.pick(denied)) }\n"
            }
            if isWide { text += widePort() }
            let rules = Int.random(in: 0...3, using: &random)
            if rules > 0 { text += "    allow:\n" }
            for rule in 0..<rules { text += self.rule("rule\(rule)") }
        }
        return text
    }

    /// What only wide ports have.
    private mutating func widePort() -> String {
        var text = ""
        if random.chance(30) { text += "    reach: [\(random.pick(["host", "forwarded"]))]\n" }
        if random.chance(15) { text += "    mode: observe\n" }
        if random.chance(30) { text += "    serves: \(random.pick(["tls", "ssh", "http"]))\n" }
        if random.chance(25) {
            let exceptions = random.pick([
                "", ", break-glass: [loopback]", ", break-glass: [10.0.0.0/8, \"2001:db8::/32\"]",
            ])
            text += "    audit: { ledger: required, within: \(random.pick(["15s", "2m"]))\(exceptions) }\n"
        }
        if random.chance(40) { text += "    grants: { to: [anybody], longest: 2h }\n" }
        return text
    }

    /// What only wide rules have.
    private mutating func wideRule() -> String {
        var text = ""
        if random.chance(50) {
            let types = ["[tls]", "[http, ssh]", "[dns]", "[redis, \"http.get:/v1\"]", "[postgresql.tls, dns]"]
            text += "        requests: \(random.pick(types))\n"
        }
        if random.chance(30) { text += "        rate: 20/second per source\n" }
        if random.chance(15) { text += "        mode: observe\n" }
        return text
    }

    private mutating func rule(_ name: String) -> String {
        var text = "      - name: \(name)\n"
        if isWide { text += wideRule() }
        let kind = Int.random(in: 0..<(isWide ? 160 : 100), using: &random)
        if kind >= 100 {
            let narrow = ["any, loopback", "10.0.0.0/8, loopback, \"fd00::/16\""]
            if kind < 130 { text += "        cidrs: [\(random.pick(narrow))]\n" }
            let first = random.pick(provenIdentities)
            let names = Set([first, random.pick(provenIdentities), random.pick(addressIdentities).name])
            text += "        identities: [\(names.sorted().joined(separator: ", "))]\n"
        } else if kind < 45 {
            text += "        cidrs: [\(sources())]\n"
        } else {
            let (identities, common) = someIdentities()
            if kind < 75 {
                // Both are stated: what the identities share with the networks keeps the rule from matching nobody.
                text += "        cidrs: [\(sources()), \(common)]\n"
            }
            text += "        identities: [\(identities.joined(separator: ", "))]\n"
        }
        if random.chance(50) {
            let chosen = random.chance(30) ? [random.pick(windows), random.pick(windows)] : [random.pick(windows)]
            text += "        windows: [\(Set(chosen).sorted().joined(separator: ", "))]\n"
        }
        if random.chance(40) {
            let expiries = [
                "2026-11-20", "2026-11-21", "2026-12-01", "2027-03-31", "2031-01-01", "\"2026-11-21T12:00:00Z\"",
                "\"2026-11-21T13:30:15+01:00\"", "\"2026-11-25T09:00:00-05:00\"",
            ]
            text += "        expires: \(random.pick(expiries))\n"
        }
        return text
    }

    // MARK: Values

    private mutating func sources() -> String {
        var chosen: [String] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<45: chosen.append(random.pick(networks).name)
            case 45..<55: chosen.append("any")
            case 55..<65: chosen.append("loopback")
            case 65..<70: chosen.append("127.0.0.0/30")
            case 70..<75: chosen.append("\"::1\"")
            default: chosen.append("\"\(block())\"")
            }
        }
        return Set(chosen).sorted().joined(separator: ", ")
    }

    /// Returns identities, and an entry for `cidrs` that shares a source with one of them.
    private mutating func someIdentities() -> (names: [String], common: String) {
        if !teams.isEmpty, random.chance(30) { return ([random.pick(teams)], "loopback") }
        if random.chance(50) { return ([random.pick(processIdentities)], "loopback") }
        let identity = random.pick(addressIdentities)
        return ([identity.name], "\"\(random.pick(identity.blocks))\"")
    }

    /// Returns a block close to others, so that they overlap, touch and enclose one another.
    private mutating func block() -> String {
        if random.chance(60) {
            let base: UInt32 = random.pick([0x0a00_0000, 0x0a01_0000, 0xc0a8_0000, 0xac10_0000])
            let prefix = random.pick([8, 15, 16, 17, 23, 24, 25, 28, 30, 31, 32, 32, 24, 24])
            let mask = UInt32.max << UInt32(32 - prefix)
            let bits = (base &+ UInt32.random(in: 0...0x3ff, using: &random)) & mask
            return "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)/\(prefix)"
        }
        let prefix = random.pick([32, 47, 48, 56, 63, 64, 65, 96, 112, 127, 128])
        let mask = UInt128.max << UInt128(128 - prefix)
        let base: UInt128 = random.pick([0x2001_0db8 << 96, 0xfd00_0020 << 96])
        let bits =
            (base + (UInt128.random(in: 0...3, using: &random) << 80) + UInt128.random(in: 0...0xffff, using: &random))
            & mask
        let groups = (0..<8).map { String(UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)), radix: 16) }
        return groups.joined(separator: ":") + "/\(prefix)"
    }

    private func list(_ blocks: [String]) -> String { blocks.map { "\"\($0)\"" }.joined(separator: ", ") }
}
