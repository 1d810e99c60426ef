import Foundation
import TestSupport
import Testing

/// `portgate plan`, `apply`, `status`, `rollback` and `init` as an operator runs them, in a namespace of their own.
@Suite("commands on a host")
struct HostCommandTests {
    /// A host with a state directory and policies.
    private final class Bench: HostBench {
        convenience init() throws {
            try self.init([
                "a.yaml": HostCommandTests.policy("10.1.0.0/16"), "b.yaml": HostCommandTests.policy("10.2.0.0/16"),
            ])
        }

        /// Runs portgate at a terminal and answers its question.
        func answering(_ answer: String, _ arguments: String...) throws -> CommandResult {
            let script = """
                import os, pty, select, sys
                pid, terminal = pty.fork()
                if pid == 0:
                    os.execv(sys.argv[2], sys.argv[2:])
                seen, answered = b"", False
                while True:
                    try:
                        ready, _, _ = select.select([terminal], [], [], 60)
                        part = os.read(terminal, 65536) if ready else b""
                    except OSError:
                        part = b""
                    if not part:
                        break
                    seen += part
                    if not answered and b"for a yes:" in seen:
                        os.write(terminal, sys.argv[1].encode())
                        answered = True
                sys.stdout.buffer.write(seen)
                sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                """
            return try host.run(command(arguments, through: ["/usr/bin/python3", "-I", "-c", script, answer]))
        }

        var tables: String {
            get throws { try host.check("/usr/sbin/nft", "list", "tables") }
        }
    }

    private static func policy(_ cidr: String) -> String {
        """
        version: 1
        name: lab
        ports:
          - name: ssh
            port: 22
            protocol: tcp
            allow:
              - { name: admins, cidrs: [\(cidr)] }

        """
    }

    @Test("plan, apply, status and rollback, with the exit codes of each")
    func life() throws {
        let bench = try Bench()
        var result = try bench.portgate("status")
        #expect(result.status == 1, "\(result)")
        #expect(result.output.hasSuffix("not in force: nothing is gated in this network namespace\n"))
        result = try bench.portgate("plan", "a.yaml")
        #expect(result.status == 1)
        #expect(result.output.contains("+ port ssh: tcp 22"))
        #expect(try bench.tables.isEmpty)
        result = try bench.portgate("apply", "--yes", "a.yaml")
        #expect(result.status == 0, "\(result)")
        #expect(result.output.hasSuffix("in force and read back: generation 1, 2 transactions\n"))
        #expect(try bench.portgate("plan", "a.yaml").status == 0)
        #expect(try bench.portgate("status").status == 0)
        #expect(try bench.portgate("apply", "--yes", "b.yaml").status == 0)
        result = try bench.portgate("rollback", "--yes")
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("+ 10.1.0.0/16"))
        #expect(try bench.portgate("plan", "a.yaml").status == 0)
        #expect(try bench.portgate("rollback", "--to", "9", "--yes").status == 2)
        #expect(try bench.portgate("rollback", "--to", "2", "--yes").status == 0)
        #expect(try bench.portgate("plan", "b.yaml").status == 0)
        result = try bench.portgate("rollback", "--list")
        #expect(result.output.contains("* 4  "))
        #expect(result.output.hasSuffix("4 generations\n"))
    }

    @Test("what another hand changes is seen by plan and status, and put right by apply")
    func alteration() throws {
        let bench = try Bench()
        #expect(try bench.portgate("apply", "--yes", "a.yaml").status == 0)
        for change in [
            "insert rule inet portgate pg_p_ssh accept", "add table inet portgate { flags dormant; }",
            "add chain inet portgate open { type filter hook prerouting priority -200; policy accept; }",
            "flush chain inet portgate pg_gate",
        ] {
            try bench.host.loadForeign(change)
            let plan = try bench.portgate("plan", "a.yaml")
            #expect(plan.status == 1, "\(change): \(plan)")
            #expect(plan.output.contains("changed by another hand"), "\(change)")
            #expect(try bench.portgate("status").status == 1, "\(change)")
            #expect(try bench.portgate("apply", "--yes", "a.yaml").status == 0, "\(change)")
            #expect(try bench.portgate("status").status == 0, "\(change)")
        }
    }

    @Test("only the word yes at a terminal is a yes", arguments: [("yes\n", true), ("y\n", false), ("\u{4}", false)])
    func question(answer: String, isYes: Bool) throws {
        let bench = try Bench()
        let result = try bench.answering(answer, "apply", "a.yaml")
        #expect(result.output.contains("Apply this? Only 'yes' is taken for a yes:"))
        #expect(result.status == (isYes ? 0 : 4), "\(result)")
        #expect(try bench.tables.isEmpty != isYes)
    }

    @Test("without a terminal nothing is a yes")
    func noTerminal() throws {
        let bench = try Bench()
        let result = try bench.portgate("apply", "a.yaml")
        #expect(result.status == 4)
        #expect(result.errors.contains("PG411"))
        #expect(try bench.tables.isEmpty)
    }

    @Test("a saved plan is applied once, and not when the policy or the rules have changed")
    func savedPlan() throws {
        let bench = try Bench()
        #expect(try bench.portgate("plan", "-o", "plan=saved", "a.yaml").status == 1)
        try bench.write("a.yaml", Self.policy("10.3.0.0/16"))
        #expect(try bench.portgate("apply", "--yes", "saved").errors.contains("the policy's files have changed"))
        try bench.write("a.yaml", Self.policy("10.1.0.0/16"))
        try bench.host.loadForeign("add table ip foreign")
        #expect(try bench.portgate("apply", "--yes", "saved").status == 4)
        #expect(try bench.portgate("plan", "-o", "plan=saved", "a.yaml").status == 1)
        #expect(try bench.portgate("apply", "--yes", "saved").status == 0)
        #expect(try bench.portgate("apply", "--yes", "saved").status == 4)
    }

    @Test("rollback --to 0 takes the gate away, loudly, and rollback puts it back")
    func noGate() throws {
        let bench = try Bench()
        #expect(try bench.portgate("apply", "--yes", "a.yaml").status == 0)
        #expect(try bench.portgate("rollback").errors.contains("--to 0 takes the gate away"))
        var result = try bench.answering("no\n", "rollback", "--to", "0")
        #expect(result.status == 4)
        #expect(result.output.contains("this takes the gate away; open from then on: ssh"))
        #expect(result.output.contains("Take the gate away?"))
        #expect(try bench.portgate("status").status == 0)
        result = try bench.portgate("rollback", "--to", "0", "--yes")
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("no longer gated: whatever listens there is open to everyone"))
        #expect(result.output.hasSuffix("the gate is gone, read back: generation 2; nothing is gated here\n"))
        #expect(try bench.tables.isEmpty)
        result = try bench.portgate("status")
        #expect(result.status == 1)
        #expect(result.output.contains("the gate was taken away"))
        #expect(try bench.portgate("rollback", "--yes").status == 0)
        #expect(try bench.portgate("plan", "a.yaml").status == 0)
    }

    @Test("A01: the SSH connection it is run over is not cut", arguments: ["apply", "rollback"])
    func lockout(command: String) throws {
        let bench = try Bench()
        for policy in ["b.yaml", "a.yaml"] { #expect(try bench.portgate("apply", "--yes", policy).status == 0) }
        let arguments = command == "apply" ? ["apply", "--yes", "b.yaml"] : ["rollback", "--yes"]
        let ssh = "10.1.2.3 50000 10.1.0.1 22"
        var result = try bench.host.run(
            ["/usr/bin/env", "-i", "-C", bench.folder.path, "SSH_CONNECTION=\(ssh)", BuiltProduct.path("portgate")]
                + arguments + ["--state-dir", "state"])
        #expect(result.status == 4, "\(result)")
        #expect(result.errors.contains("PG409"))
        #expect(try bench.portgate("plan", "a.yaml").status == 0)
        // sudo takes the variable away; the process it was started from still has it.
        result = try bench.portgate(
            "apply", "--yes", "b.yaml", ssh: ssh,
            through: ["/bin/sh", "-c", "env -u SSH_CONNECTION \"$@\"; exit $?", "sh"])
        #expect(result.status == 4, "\(result)")
        #expect(try bench.portgate("apply", "--yes", "--allow-lockout", "b.yaml", ssh: ssh).status == 0)
    }

    @Test("an SSH connection that cannot be read is said to be unguarded")
    func unreadableSSH() throws {
        let bench = try Bench()
        let result = try bench.portgate("plan", "a.yaml", ssh: "UNKNOWN 65535 UNKNOWN 65535")
        #expect(result.errors.contains("SSH_CONNECTION cannot be read"))
    }

    @Test("without privileges, and without the worker, nothing is reported as looked at")
    func blind() throws {
        let bench = try Bench()
        let drop = ["/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"]
        for arguments in [["status"], ["plan", "a.yaml"], ["apply", "--yes", "a.yaml"]] {
            let result = try bench.host.run(
                ["/usr/bin/env", "-i", "-C", bench.folder.path] + drop + [BuiltProduct.path("portgate")] + arguments
                    + ["--state-dir", "none"])
            #expect(result.status == 3, "\(arguments): \(result)")
            #expect(result.errors.contains("run it as root, or with CAP_NET_ADMIN"))
        }
        let alone = bench.folder.appendingPathComponent("portgate")
        try FileManager.default.copyItem(atPath: BuiltProduct.path("portgate"), toPath: alone.path)
        let result = try bench.host.run([alone.path, "status", "--state-dir", bench.folder.path + "/none"])
        #expect(result.status == 3, "\(result)")
        #expect(result.errors.contains("portgate-nft is not there"))
    }

    @Test("an apply that is killed at any moment leaves the old rules or the new ones, and the next one recovers")
    func killed() throws {
        let bench = try Bench()
        for policy in ["b.yaml", "a.yaml"] { #expect(try bench.portgate("apply", "--yes", policy).status == 0) }
        var live = Set<String>()
        for delay in 1...12 {
            let policy = delay % 2 == 0 ? "a.yaml" : "b.yaml"
            let seconds = "0.\(delay < 5 ? "0" : "")\(delay < 5 ? delay * 2 : delay)"
            let killed = try bench.portgate(
                "apply", "--yes", policy, through: ["/usr/bin/timeout", "-s", "KILL", seconds])
            let chains = try bench.host.check("/usr/sbin/nft", "-s", "list", "chain", "inet", "portgate", "pg_p_ssh")
            live.insert(chains)
            #expect(chains.contains("goto pg_d_ssh") || chains.contains("jump pg_d_ssh"), "\(killed) \(chains)")
            let status = try bench.portgate("status")
            #expect(!status.output.contains("PG452"), "its own traces are not another hand's: \(status)")
            let next = try bench.portgate("apply", "--yes", policy)
            #expect(next.status == 0, "\(next)")
            #expect(try bench.portgate("status").status == 0)
        }
        #expect(live.count <= 4)
    }

    @Test("init writes a policy of what listens, that check reads, and never overwrites")
    func firstPolicy() throws {
        let bench = try Bench()
        try bench.host.serve("tcp/8443")
        #expect(try bench.portgate("init", "first.yaml").status == 0)
        let text = try String(contentsOf: bench.folder.appendingPathComponent("first.yaml"), encoding: .utf8)
        #expect(text.contains("port: 8443"))
        #expect(try bench.portgate("check", "first.yaml").status != 2)
        let again = try bench.portgate("init", "first.yaml")
        #expect(again.status == 2)
        #expect(again.errors.contains("PG417"))
    }
}
