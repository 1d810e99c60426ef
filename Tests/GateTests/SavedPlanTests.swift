import Policy
import Testing

@testable import Gate

/// Plans in files.
@Suite("SavedPlan")
struct SavedPlanTests {
    private let host = HostIdentity(namespace: 7, boot: "boot")
    private var plan: SavedPlan {
        SavedPlan(
            paths: ["a.yaml"], folder: "/srv", now: GateSample.now, clockOffset: 0, policyDigest: "p",
            rulesetDigest: "r", kernelGeneration: 5, host: host, summary: "1 to add")
    }

    @Test("a plan is read back as it was saved, and begins with its mark")
    func roundTrip() throws {
        #expect(try SavedPlan(bytes: plan.bytes, path: "x") == plan)
        #expect(plan.bytes.starts(with: SavedPlan.mark))
    }

    @Test("a plan holds only on its boot, in its namespace and folder, at its generation, for its policy")
    func checks() throws {
        try plan.check(host: host, generation: 5, folder: "/srv")
        try plan.check(policyDigest: "p", rulesetDigest: "r")
        let others: [() throws -> Void] = [
            { try plan.check(host: HostIdentity(namespace: 8, boot: "boot"), generation: 5, folder: "/srv") },
            { try plan.check(host: HostIdentity(namespace: 7, boot: "other"), generation: 5, folder: "/srv") },
            { try plan.check(host: host, generation: 6, folder: "/srv") },
            { try plan.check(host: host, generation: 5, folder: "/tmp") },
            { try plan.check(policyDigest: "q", rulesetDigest: "r") },
            { try plan.check(policyDigest: "p", rulesetDigest: "s") },
        ]
        for other in others {
            let failure = #expect(throws: GateFailure.self) { try other() }
            #expect(failure?.diagnostic.code == "PG407")
            #expect(failure?.exit == .refused)
        }
    }

    @Test("every truncation of a plan is refused")
    func truncations() {
        let bytes = plan.bytes
        for length in 0..<(bytes.count - 2) {
            #expect(throws: GateFailure.self) { try SavedPlan(bytes: Array(bytes.prefix(length)), path: "x") }
        }
    }

    @Test("a policy is not taken for a plan")
    func policy() throws {
        let folder = try StateFolder()
        try folder.write("p.yaml", "version: 1\n")
        #expect(try SavedPlan.read("\(folder.path)/p.yaml") == nil)
        #expect(try SavedPlan.read("\(folder.path)/none") == nil)
        try plan.write("\(folder.path)/x.plan")
        #expect(try SavedPlan.read("\(folder.path)/x.plan") == plan)
    }

    @Test("only the word yes is a yes", arguments: ["", "y", "Yes", "no", "yes ", "YES"])
    func answers(text: String) {
        let failure = #expect(throws: GateFailure.self) { try Confirmation.judge(text) }
        #expect(failure?.exit == .refused)
    }
}
