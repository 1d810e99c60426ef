import Nftables
public import Policy

/// Turns a policy into the nftables table that enforces it. Pure and deterministic: the same policy, day and accounts give the
/// same bytes.
public enum PolicyCompiler {
    /// Compiles a policy. Every finding is reported in one pass; with an error among them there is no table.
    public static func compile(_ policy: Policy, options: CompileOptions) -> CompileResult {
        var compilation = Compilation(policy: policy, options: options)
        return compilation.run()
    }
}

/// One run of the compiler.
private struct Compilation {
    let policy: Policy
    let options: CompileOptions
    var identities: IdentityResolver
    var clock: RuleClock
    var pool = SetPool()
    var diagnostics: [Diagnostic] = []

    init(policy: Policy, options: CompileOptions) {
        self.policy = policy
        self.options = options
        identities = IdentityResolver(policy: policy, accounts: options.accounts)
        clock = RuleClock(policy: policy, options: options)
    }

    private var settings: RenderSettings {
        RenderSettings(
            logGroup: policy.defaults.logGroup,
            states: ConnectionStates(mask: policy.defaults.markMask, epoch: options.epoch), sources: policy.sources,
            signatures: policy.signatures, sourceCheck: policy.defaults.sourceCheck,
            rememberedConnections: options.rememberedConnections)
    }

    mutating func run() -> CompileResult {
        diagnostics += Enforcement.unenforced(in: policy)
        var renderers: [PortRenderer] = []
        var compiled: [CompiledPort] = []
        for port in policy.ports {
            let plans = port.rules.map { plan($0, of: port) }
            let staged = port.staged.flatMap { beside in beside.rules.map { plan($0, of: beside) } }
            let audit = port.audit.map { AuditPlan($0, port: port.name, pool: &pool) }
            renderers.append(PortRenderer(port: port, plans: plans, settings: settings, staged: staged, audit: audit))
            compiled.append(CompiledPort(port: port, plans: plans))
        }
        diagnostics += identities.diagnostics
        let usesWindows = policy.ports.contains { $0.rules.contains { $0.windows != .unrestricted } }
        let horizon = usesWindows ? options.stretch.end : nil
        var result = CompileResult(
            table: nil, text: [], diagnostics: [], ports: [], accounts: identities.resolved, horizon: horizon,
            policyDigest: policy.digest)
        if !diagnostics.contains(where: { $0.severity == .error }) {
            let table = GateRenderer(
                policy: policy, ports: renderers, pool: pool, settings: settings,
                facts: facts(horizon: horizon, of: renderers)
            ).table
            do {
                let text = options.rendersText ? try table.rendered() : []
                if options.rendersText, let difference = ReadBack.difference(of: text, from: table) {
                    diagnostics.append(.renderingDiffers(difference))
                } else {
                    result.table = table
                    result.text = text
                    result.ports = compiled
                }
            } catch {
                diagnostics.append(.renderingDiffers("\(error)"))
            }
        }
        result.diagnostics = diagnostics.sortedByPlace()
        return result
    }

    private mutating func plan(_ rule: AccessRule, of port: Port) -> RulePlan {
        var resolved: Restriction<ResolvedIdentities> = .unrestricted
        var isReported = false
        if case .only(let names) = rule.identities {
            resolved = .only(identities.resolve(names))
            isReported = identities.hasReported(names)
        }
        let sources = RuleSources(networks: rule.networks, identities: resolved)
        var found: [Diagnostic] = []
        let time = clock.restriction(of: rule, in: port) { found.append($0) }
        // An identity that was refused is reported already; that it leaves nobody says nothing more.
        if sources.isEmpty, !isReported {
            found.append(.matchesNobody(rule, of: port))
        }
        diagnostics += found
        pool.user = "\(port.name)/\(rule.name)"
        return RulePlan(rule: rule, sources: sources, time: time, port: port.name, pool: &pool)
    }

    private func facts(horizon: Instant?, of ports: [PortRenderer]) -> [String] {
        var facts = [
            "portgate format \(GateRenderer.format)", "policy \(policy.name)", "policy sha256 \(policy.digest)",
        ]
        if let horizon { facts.append("horizon \(horizon.rfc3339)") }
        facts.append("epoch \(settings.states.epoch)")
        if options.kernelClockOffset != 0 {
            facts.append("clock \(options.kernelClockOffset > 0 ? "+" : "")\(options.kernelClockOffset)")
        }
        facts += identities.resolved.map { "\(IdentityFacts.account)\($0.kind.rawValue) \($0.name) \($0.number)" }
        facts += Set(ports.flatMap(\.cgroups)).sorted().flatMap { IdentityFacts.facts(of: $0) }
        facts += Set(ports.flatMap(\.wireguardInterfaces)).sorted().map { "\(IdentityFacts.wireguard)\($0)" }
        // Whose sessions fill the sets: `portgate session` goes by what is in force.
        let sets = Set(pool.sets.map(\.name))
        for identity in policy.identities where sets.contains(ObjectNames.sessions(identity.name, v6: false)) {
            if case .session(let user) = identity.proof { facts.append("session \(identity.name) user \(user)") }
        }
        return facts
    }
}

extension [Diagnostic] {
    /// Returns the diagnostics in the order of file, line and column; those without a place come first.
    fileprivate func sortedByPlace() -> [Diagnostic] {
        enumerated().sorted { left, right in
            let a = left.element.span
            let b = right.element.span
            let placeA = (a?.file ?? 0, a?.line ?? 0, a?.column ?? 0)
            let placeB = (b?.file ?? 0, b?.line ?? 0, b?.column ?? 0)
            return placeA == placeB ? left.offset < right.offset : placeA < placeB
        }.map(\.element)
    }
}
