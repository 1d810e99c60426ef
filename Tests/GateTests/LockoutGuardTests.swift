import Policy
import Testing

@testable import Gate

/// Who is shut out by a change.
@Suite("LockoutGuard")
struct LockoutGuardTests {
    private let ssh = SSHConnection(parsing: "10.1.2.3 51515 10.1.0.1 22")

    private func judge(_ rules: [AccessRule], _ endpoints: [ManagementEndpoint], at moment: Instant = GateSample.now)
        -> LockoutGuard.Verdict
    {
        let policy = GateSample.policy([GateSample.port("ssh", 22, rules: rules)])
        return LockoutGuard(endpoints: endpoints).judge(
            GateSample.table(policy), policy: policy, now: moment, policyNow: moment)
    }

    @Test("A01: a policy that refuses the client of this SSH connection is refused, by the table alone too")
    func refuses() throws {
        let endpoint = ManagementEndpoint(try #require(ssh))
        let rules = [GateSample.rule("others", ["10.2.0.0/16"])]
        let verdict = judge(rules, [endpoint])
        #expect(verdict.refusal?.diagnostic.code == "PG409")
        #expect(verdict.refusal?.exit == .refused)
        let table = GateSample.table([GateSample.port("ssh", 22, rules: rules)])
        let byTable = LockoutGuard(endpoints: [endpoint]).judge(
            table, policy: nil, now: GateSample.now, policyNow: GateSample.now)
        #expect(byTable.refusal?.diagnostic.code == "PG409")
    }

    @Test("A01: a policy that allows it, or does not speak of the port, is not")
    func allows() throws {
        let endpoint = ManagementEndpoint(try #require(ssh))
        #expect(judge([GateSample.rule("admins", ["10.1.0.0/16"])], [endpoint]).refusal == nil)
        let elsewhere = GateSample.policy([GateSample.port("db", 5432)])
        let verdict = LockoutGuard(endpoints: [endpoint]).judge(
            GateSample.table(elsewhere), policy: elsewhere, now: GateSample.now, policyNow: GateSample.now)
        #expect(verdict.refusal == nil)
    }

    @Test("a closed window and an ended rule shut out; one that closes within a day is warned of")
    func time() throws {
        let endpoint = ManagementEndpoint(try #require(ssh))
        var rule = GateSample.rule("admins", ["10.1.0.0/16"])
        rule.windows = .only([GateSample.name("business")])
        // Saturday.
        #expect(judge([rule], [endpoint]).refusal != nil)
        let monday = Instant(seconds: GateSample.now.seconds + 2 * 86_400)
        let open = judge([rule], [endpoint], at: monday)
        #expect(open.refusal == nil)
        #expect(open.warnings.count == 1)
        #expect(open.warnings.first?.contains("from 2026-11-23T18:00:00Z") == true)
        rule.windows = .unrestricted
        rule.expires = Instant(seconds: GateSample.now.seconds + 7 * 86_400)
        #expect(judge([rule], [endpoint]).warnings.isEmpty)
        rule.expires = Instant(seconds: GateSample.now.seconds + 3600)
        #expect(judge([rule], [endpoint]).warnings.first?.contains("2026-11-21T13:00:00Z") == true)
    }

    @Test(
        "a named endpoint is guarded like the connection",
        arguments: [
            ("10.1.2.3", true), ("10.2.0.1@22", false), ("fd00::1@22/tcp", false), ("10.2.0.1@23", true),
        ])
    func named(text: String, isAllowed: Bool) throws {
        let endpoint = try #require(ManagementEndpoint(parsing: text))
        let verdict = judge([GateSample.rule("admins", ["10.1.0.0/16"])], [endpoint])
        #expect((verdict.refusal == nil) == isAllowed)
        if !isAllowed { #expect(verdict.refusal?.diagnostic.code == "PG410") }
    }

    @Test(
        "what is no endpoint is not taken for one",
        arguments: ["", "10.1.2", "10.1.2.3@", "10.1.2.3@0", "10.1.2.3@22/x", "@22"])
    func noEndpoint(text: String) { #expect(ManagementEndpoint(parsing: text) == nil) }

    @Test(
        "SSH_CONNECTION is read with zones and mapped addresses, and nothing else is taken for one",
        arguments: [
            ("10.1.2.3 51515 10.1.0.1 22", "10.1.2.3"), ("fe80::1%eth0 51515 fe80::2%eth0 22", "fe80::1"),
            ("::ffff:10.1.2.3 51515 ::ffff:10.1.0.1 22", "10.1.2.3"), ("", nil), ("a b c d", nil),
            ("10.1.2.3 51515 10.1.0.1", nil), ("10.1.2.3 51515 10.1.0.1 0", nil), ("10.1.2.3 1 10.1.0.1 70000", nil),
        ])
    func sshConnection(text: String, client: String?) {
        #expect(SSHConnection(parsing: text).map { "\($0.client)" } == client)
    }

    @Test("where sudo took SSH_CONNECTION away, an ancestor's environment tells it")
    func ancestors() {
        let far = Array("PATH=/bin\0SSH_CONNECTION=10.9.9.9 1 10.1.0.1 22\0".utf8)
        let near = Array("HOME=/root\0SSH_CONNECTIONS=no\0".utf8)
        #expect(SSHConnection.current(environment: nil) { [near, far] }?.client.description == "10.9.9.9")
        #expect(SSHConnection.current(environment: nil) { [near] } == nil)
        let own = SSHConnection.current(environment: "10.1.2.3 51515 10.1.0.1 22") { [far] }
        #expect(own?.client.description == "10.1.2.3")
    }
}
