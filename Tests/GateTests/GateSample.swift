import Compiler
import Gate
import Nftables
import Policy

/// Small policies made of values, compiled, for the tests of the gate.
enum GateSample {
    /// 2026-11-21T12:00:00Z, a Saturday.
    static let now = Instant(seconds: 1_795_262_400)

    /// Returns a name of the language.
    static func name(_ text: String) -> Name { Name(text) ?? fallback }
    private static let fallback: Name = {
        guard let name = Name("not-a-name") else { preconditionFailure("the alphabet holds letters") }
        return name
    }()

    /// Returns the set that blocks mean.
    static func addresses(_ blocks: [String]) -> AddressSet {
        blocks == ["loopback"] ? .ownHost : AddressSet(cidrs: blocks.compactMap { try? CIDR(parsing: $0) })
    }

    /// Returns a rule for blocks.
    static func rule(_ name: String, _ blocks: [String], line: UInt32 = 1) -> AccessRule {
        let span = SourceSpan(file: 0, line: line, column: 1)
        var rule = AccessRule(name: Self.name(name), span: span)
        rule.networks = .only(addresses(blocks))
        return rule
    }

    /// Returns a TCP port with rules.
    static func port(_ name: String, _ number: UInt16, rules: [AccessRule] = []) -> Port {
        let span = SourceSpan(file: 0, line: 1, column: 1)
        var port = Port(
            name: Self.name(name), span: span, ports: [PortRange(number, number)].compactMap(\.self), portsSpan: span)
        port.protocols = [.tcp]
        port.rules = rules
        return port
    }

    /// Returns a policy of ports. Its window `business` is open on weekdays from 08:00 to 18:00 UTC.
    static func policy(_ ports: [Port], text: String = "version: 1\n") -> Policy {
        var sources = SourceMap()
        let file = SourceFile(path: "gate.yaml", bytes: Array(text.utf8))
        _ = sources.add(file)
        let schedule = WindowSchedule(
            timezone: "UTC", days: [.monday, .tuesday, .wednesday, .thursday, .friday],
            hours: [HourRange(start: 480, end: 1080)].compactMap(\.self), except: [])
        let window = Window(
            name: name("business"), span: SourceSpan(file: 0, line: 1, column: 1), schedule: schedule, zone: .utc)
        return Policy(
            version: 1, name: "sample", owner: nil, networks: [], identities: [], windows: [window], ports: ports,
            signatures: [], defaults: Defaults(), tests: [], sources: sources,
            digest: Digest.hex(of: Array("\(ports.map { "\($0.name) \($0.rules)" })\(text)".utf8)))
    }

    /// Compiles a policy; a policy that does not compile is a mistake of the test.
    static func table(_ policy: Policy, now: Instant = now, offset: Int64 = 0) -> Table {
        let result = PolicyCompiler.compile(policy, options: CompileOptions(now: now, kernelClockOffset: offset))
        guard let table = result.table else {
            preconditionFailure("the sample does not compile: \(result.diagnostics)")
        }
        return table
    }

    /// Compiles ports.
    static func table(_ ports: [Port], text: String = "version: 1\n") -> Table { table(policy(ports, text: text)) }

    /// Returns a change that puts a policy in force.
    static func change(_ policy: Policy, now: Instant = now) -> GateChange {
        let result = PolicyCompiler.compile(policy, options: CompileOptions(now: now))
        guard let table = result.table else {
            preconditionFailure("the sample does not compile: \(result.diagnostics)")
        }
        do {
            return try GateChange(
                table: table, origin: .apply, policyName: policy.name, policyDigest: policy.digest,
                paths: ["gate.yaml"],
                sources: policy.sources.files.map { GenerationRecord.Source(path: $0.path, bytes: $0.bytes) },
                horizon: result.horizon, clockOffset: 0)
        } catch { preconditionFailure("the sample cannot be loaded: \(error)") }
    }
}
