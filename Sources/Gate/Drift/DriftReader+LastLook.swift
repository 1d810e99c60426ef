import Drift
import Policy

extension DriftReader {
    /// Tells what changed since the last look, and remembers this one.
    func compareWithLastLook(_ stand: GateStand?, now: Instant, watched: [RulesetStep], _ look: inout DriftLook) {
        var earlier: LastLook?
        do throws(GateFailure) { earlier = try state.lastLook() } catch {
            look.add([.notLookedAt("what the last look saw", error)])
        }
        var settings: KernelSettings?
        do throws(GateFailure) { settings = try host.settings() } catch {
            look.add([.notLookedAt("settings of the kernel", error)])
        }
        var fingerprint: RulesetFingerprint?
        do throws(GateFailure) { fingerprint = try host.fingerprint() } catch {
            look.add([.notLookedAt("whether other rules changed", error)])
        }
        guard let identity = try? door.host(), let cookie = door.cookie() else {
            look.add([.notLookedAt("what changed since the last look", "the kernel does not tell namespaces apart")])
            return
        }
        // A look in another network namespace of this boot is none of this one; settings outlive a boot, rules do not.
        if let last = earlier, last.boot == identity.boot, last.cookie != cookie { earlier = nil }
        let number = stand?.record?.number
        let isRenewed = accepts || earlier.map { $0.applied != number } ?? true
        var kept = (settings: earlier?.settings ?? KernelSettings(), at: earlier?.settingsAt ?? now)
        if let settings {
            let told = SinceLastLook.settings(settings, since: earlier, isRenewed: isRenewed, at: now)
            look.add(told.findings)
            kept = (told.settings, told.at)
        }
        guard let fingerprint else { return }
        let ofThisBoot = earlier?.boot == identity.boot ? earlier : nil
        var unexplained: [LastLook.Step] = []
        if !accepts {
            let since = SinceLastLook(
                earlier: ofThisBoot, pending: earlier?.unexplained ?? [],
                applied: applied(stand, identity, after: ofThisBoot),
                isAsApplied: stand?.isAsApplied ?? false, own: ownReasons(stand, after: ofThisBoot?.at),
                watched: watched)
            let told = since.steps(fingerprint, at: now)
            look.add(told.findings)
            unexplained = told.unexplained
        }
        guard remembers else { return }
        let remembered = LastLook(
            at: now, boot: identity.boot, cookie: cookie, ruleset: fingerprint, applied: number,
            settings: kept.settings, settingsAt: kept.at, unexplained: unexplained)
        do throws(SystemError) { try state.remember(remembered) } catch {
            look.add([DriftFinding(.notRemembered(error.description), kind: .unexplainedChange)])
        }
    }

    /// The kernel's generation right after the last change that portgate recorded, when that is younger than a look.
    private func applied(
        _ stand: GateStand?, _ identity: HostIdentity, after last: LastLook?
    ) -> (generation: UInt32, at: Instant)? {
        // After a boot the record's host is this one, and its outcome that of an earlier boot.
        guard let number = stand?.record?.number, let record = try? state.record(number), record.host == identity,
            let outcome = try? state.outcome(of: number), let generation = outcome.kernelGeneration
        else { return nil }
        if let last, last.applied == number, outcome.at <= last.at { return nil }
        return (generation, outcome.at)
    }

    /// Why portgate itself may have changed elements without noting the kernel's generation.
    private func ownReasons(_ stand: GateStand?, after moment: Instant?) -> [String] {
        var reasons: [String] = []
        if let facts = stand?.view.facts, !SessionScope(facts: facts).entries.isEmpty {
            reasons.append("sessions make such steps too, and keep no record of them")
        }
        let grants = (try? state.grantBook())?.grants ?? []
        let isRecent = grants.contains { grant in
            grant.state != .ended || moment.map { (grant.end?.at ?? grant.created) >= $0 } ?? true
        }
        if isRecent { reasons.append("grants were given, carried over or ended meanwhile: each makes a step") }
        return reasons
    }
}
