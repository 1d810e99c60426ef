import Nftables
import Policy

/// The way to undo one deviation, in commands and words. It is shown and never done.
public struct RepairPlan: Hashable, Sendable {
    /// A line of the plan.
    public enum Step: Hashable, Sendable {
        /// A command to run.
        case command(String)
        /// Something to know, or to do by hand.
        case words(String)
        /// A line of a policy to write.
        case policy(String)
    }

    /// The deviation.
    public let entry: DriftReport.Entry
    /// The steps in order.
    public let steps: [Step]

    /// Plans the undoing of a deviation that a report tells of.
    public init(_ entry: DriftReport.Entry, in report: DriftReport) {
        self.entry = entry
        let finding = entry.finding
        switch finding.repair {
        case .apply?: steps = Self.apply(report)
        case .setting(let name, let value)?:
            steps = [
                .command("sysctl -w \(name)=\(Self.quoted(value))"),
                .words("look for what changed it in /etc/sysctl.d; to keep it as it is: portgate drift --accept"),
            ]
        case .listener(let listener)?: steps = Self.listener(listener)
        case .boot?:
            steps = [
                .command("systemctl enable portgate.service"),
                .command("systemctl cat portgate.service"),
                .words("it is to run 'portgate boot' before network-pre.target, and to have no ExecStop"),
            ]
        case .advice(let lines)?: steps = lines.map { .words($0) }
        case nil: steps = Self.byKind(finding, report)
        }
    }

    private static func byKind(_ finding: DriftFinding, _ report: DriftReport) -> [Step] {
        if let rule = finding.responsible, !(rule.family == .inet && rule.table == "portgate") {
            return foreign(rule, report)
        }
        switch finding.kind {
        case .overPermissive, .overRestrictive, .logMissing, .altered, .structure, .notApplied, .recordMismatch,
            .horizonNear, .staleNumber:
            return apply(report)
        case .notLookedAt:
            return [
                .words("nothing is known to be wrong there: look again with more rights, or mend what kept it away")
            ]
        case .unexplainedChange:
            return [
                .words("nothing is left to undo; find who did it: journalctl, auditd, or portgate drift --watch"),
                .command("portgate drift --accept"),
            ]
        default: return [.command("portgate explain \(finding.diagnostic.code)")]
        }
    }

    private static func apply(_ report: DriftReport) -> [Step] {
        guard !report.facts.paths.isEmpty else {
            guard let generation = report.facts.generation else {
                return [.words("nothing was ever applied here: portgate plan PATH, then portgate apply PATH")]
            }
            return [.command("portgate rollback --to \(generation)")]
        }
        let paths = report.facts.paths.map { quoted($0) }.joined(separator: " ")
        var steps: [Step] = [.command("portgate plan \(paths)"), .command("portgate apply \(paths)")]
        if report.facts.declaredDigest != nil, report.facts.declaredDigest != report.facts.appliedDigest {
            let generation = report.facts.generation.map {
                "; generation \($0) as it was: portgate rollback --to \($0)"
            }
            steps.append(
                .words("this puts the declared policy in force, not the one applied last" + (generation ?? "")))
        }
        return steps
    }

    private static func foreign(_ rule: Responsible, _ report: DriftReport) -> [Step] {
        let table = "\(rule.family) \(rule.table)"
        guard let handle = rule.handle else {
            return [
                .words("the end of chain \(table) \(rule.chain) decides, its policy; it belongs to another program"),
                .command("nft list chain \(table) \(quoted(rule.chain))"),
            ]
        }
        let generation = report.facts.kernelGeneration.map { "at generation \($0)" } ?? "at an unknown generation"
        return [
            .command("nft -a list chain \(table) \(quoted(rule.chain))"),
            .command("nft delete rule \(table) \(quoted(rule.chain)) handle \(handle)"),
            .words(
                "handle \(handle) was seen \(generation); handles move when rules are loaded anew: list the chain first, "
                    + "and delete it only while 'nft -a' still shows that rule under it"),
            .words("the rule is another program's: mend its configuration too, or it comes back"),
        ]
    }

    private static func listener(_ listener: Repair.Listener) -> [Step] {
        var steps: [Step] = []
        if let unit = listener.unit {
            steps += [
                .command("systemctl stop \(quoted(unit))"), .command("systemctl disable \(quoted(unit))"),
            ]
        }
        if let process = listener.process {
            let name = listener.name.map { " (\($0))" } ?? ""
            if listener.unit == nil { steps.append(.command("kill \(process)")) }
            steps.append(.words("it is pid \(process)\(name); make sure of that with: ss -lnp"))
        }
        let name = Self.name(listener.name ?? "service")
        steps.append(.words("or declare it, with who may reach it:"))
        steps += [
            "ports:", "  - name: \(name)-\(listener.port)",
            "    port: \(listener.port)", "    protocol: \(listener.transport)",
            "    allow: []   # nobody yet: name sources here",
        ].map { .policy($0) }
        return steps
    }

    /// A name of the policy language that reads like a process's.
    private static func name(_ text: String) -> String {
        var name = "port"
        for byte in text.utf8.prefix(24) {
            let isPlain = (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte)
            if name == "port", (0x61...0x7a).contains(byte | 0x20) { name = "" }
            name.unicodeScalars.append(Unicode.Scalar(isPlain ? (byte >= 0x40 ? byte | 0x20 : byte) : 0x2d))
        }
        return name
    }

    /// A word for a shell.
    private static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "@"):
                true
            default: false
            }
        }
        if plain, !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
