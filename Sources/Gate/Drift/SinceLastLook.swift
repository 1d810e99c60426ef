import Drift
import Policy

/// Compares a look with the one before it: what changed meanwhile, and whether anybody says why.
struct SinceLastLook {
    /// The look before; nil when there was none of this boot and network namespace.
    let earlier: LastLook?
    /// Steps that were told before and that nobody accepted, of earlier boots too.
    let pending: [LastLook.Step]
    /// A change of portgate's own that is younger than the look before: the kernel's generation right after it, and when.
    let applied: (generation: UInt32, at: Instant)?
    /// Whether portgate's own table is as it was applied.
    let isAsApplied: Bool
    /// What portgate itself may have changed meanwhile without writing down the kernel's generation, in words.
    let own: [String]
    /// Who made steps of the generation, as far as it was watched.
    let watched: [RulesetStep]

    /// Tells of a step of the kernel's generation; the steps that stay unexplained come back too.
    func steps(
        _ now: RulesetFingerprint, at moment: Instant
    ) -> (findings: [DriftFinding], unexplained: [LastLook.Step]) {
        var unexplained = applied == nil ? pending : []
        var moved: DriftFinding?
        let base = applied ?? earlier.map { (generation: $0.ruleset.generation, at: $0.at) }
        if let base, base.generation != now.generation {
            let step = LastLook.Step(
                from: base.generation, since: base.at, to: now.generation, seen: moment,
                by: watched.suffix(LastLook.mostSteps).map(\.description))
            // What an apply changed of portgate's own table is no news; what another hand did since shows beside its record.
            let tables = earlier.map { earlier in
                RulesetFingerprint.changed(earlier.ruleset.tables, now.tables).filter {
                    applied == nil || !isAsApplied || $0 != "inet portgate"
                }
            }
            if let tables, tables.isEmpty {
                unexplained.append(step)
            } else {
                moved = DriftFinding(.rulesetMoved(step, tables: tables ?? []), kind: .unexplainedChange)
            }
        }
        unexplained = unexplained.suffix(LastLook.mostSteps)
        let found = unexplained.map { step in
            DriftFinding(
                .madeAndUndone(step, own: own), kind: .unexplainedChange, subject: "\(step.from) \(step.to)")
        }
        return (found + [moved].compactMap(\.self), unexplained)
    }

    /// Tells of settings that changed; what is to be remembered comes back too.
    static func settings(
        _ now: KernelSettings, since earlier: LastLook?, isRenewed: Bool, at moment: Instant
    ) -> (findings: [DriftFinding], settings: KernelSettings, at: Instant) {
        guard let earlier, !isRenewed else { return ([], now, moment) }
        let changed = now.changed(since: earlier.settings)
        guard !changed.isEmpty else { return ([], now, moment) }
        let findings = changed.map { name in
            let (old, new) = (earlier.settings.values[name] ?? "", now.values[name] ?? "")
            return DriftFinding(
                .settingChanged(name, from: old, to: new, since: earlier.settingsAt), kind: .kernelSetting,
                subject: name, repair: .setting(name: name, value: old))
        }
        // Until somebody settles it, what was seen before stays what is compared with.
        return (findings, earlier.settings, earlier.settingsAt)
    }
}

/// One step of the kernel's generation, and who made it.
public struct RulesetStep: Hashable, Sendable, CustomStringConvertible {
    /// The generation after it.
    public let generation: UInt32
    /// The process, as the kernel says; 0 when it does not.
    public let process: UInt32
    /// The short name of the process. A process may give itself any.
    public let name: String

    /// Describes a step.
    public init(generation: UInt32, process: UInt32, name: String) {
        self.generation = generation
        self.process = process
        self.name = name
    }

    /// `generation 12 by nft (pid 345)`.
    public var description: String {
        process == 0 ? "generation \(generation) by the kernel" : "generation \(generation) by \(name) (pid \(process))"
    }
}
