import Foundation
import Glibc
import TestSupport
import Testing

/// `apply --confirm-within`: what happens when nobody confirms, and who may. Proved by two clients of which each generation lets
/// one in.
@Suite("confirmed apply")
struct ConfirmTests {
    @Test("A03, A19: with every portgate process killed, the kernel itself returns to the old rules")
    func killed() throws {
        let lab = try ConfirmLab()
        try lab.gate.server.serve("tcp/8443")
        try lab.applyOld()
        #expect(try lab.judging() == "old")
        let apply = try lab.start(["apply", "--yes", "--confirm-within", "10s", "--wait", "new.yaml"])
        while try !apply.line().contains("is in force and read back, for 10 s") {}
        #expect(try lab.judging() == "new")
        apply.kill()
        #expect(try lab.portgate("status").output.contains("; armed, "))
        #expect(try lab.portgate("apply", "--yes", "old.yaml").errors.contains("PG431"))
        try lab.waitForKernel()
        #expect(try lab.judging() == "old")
        let status = try lab.portgate("status")
        #expect(status.status == 0 && status.output.contains("generation 2 fell back"), "\(status)")
        #expect(try lab.portgate("rollback", "--list").output.contains("fell-back"))
        // Too late: told so, and put in order.
        let confirm = try lab.portgate("confirm", "--local")
        #expect(confirm.status == 5 && confirm.errors.contains("PG432"), "\(confirm)")
        #expect(try lab.judging() == "old")
        #expect(try !lab.gate.server.check("/usr/sbin/nft", "list", "table", "inet", "portgate").contains("pg_armed"))
        #expect(try lab.portgate("confirm", "--local").errors.contains("PG434"))
        #expect(try lab.portgate("status", "--strict").output.contains("in force as applied: 1 port, 1 rule, kernel"))
    }

    @Test(
        "A19: the terminal it was started at may go, and the kernel returns all the same; before the first there is no gate"
    )
    func terminal() throws {
        let lab = try ConfirmLab()
        try lab.gate.server.serve("tcp/8443")
        let script = """
            import os, pty, sys
            pid, terminal = pty.fork()
            if pid == 0:
                os.execv(sys.argv[1], sys.argv[1:])
            seen = b""
            while b"for 10 s" not in seen:
                seen += os.read(terminal, 65536)
            os.close(terminal)
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
            """
        let gone = try lab.portgate(
            "apply", "--yes", "--confirm-within", "10s", "--wait", "new.yaml",
            through: ["/usr/bin/python3", "-I", "-c", script])
        // SIGHUP ended it, or it lived to see the kernel return.
        #expect(["-1\n", "5\n"].contains(gone.output), "\(gone)")
        try lab.waitForKernel()
        #expect(try lab.judging() == "open")
        let plan = try lab.portgate("plan", "old.yaml")
        #expect(plan.output.contains("+ port gated"), "\(plan)")
        #expect(try lab.portgate("apply", "--yes", "old.yaml").status == 0)
        #expect(try lab.judging() == "old")
    }

    @Test(
        "apply --wait ends with 0 when somebody confirms and with 5 when the kernel has returned; rollback returns at once"
    )
    func waits() throws {
        let lab = try ConfirmLab()
        try lab.gate.server.serve("tcp/8443")
        try lab.applyOld()
        let waiting = ["-c", "\"$@\"; echo \"exit $?\"", "sh"]
        let apply = try lab.start(
            ["apply", "--yes", "--confirm-within", "1h", "--wait", "new.yaml"], through: ["/bin/sh"] + waiting)
        while try !apply.line().contains("is in force and read back") {}
        // Not over SSH: only with a word, which says what it does not prove.
        #expect(try lab.portgate("confirm").errors.contains("PG433"))
        let confirm = try lab.portgate("confirm", "--local")
        #expect(confirm.status == 0 && confirm.output.contains("nobody has shown"), "\(confirm)")
        #expect(try apply.line() == "exit 0")
        #expect(try lab.judging() == "new")
        #expect(try lab.portgate("plan", "new.yaml").status == 0)

        #expect(try lab.portgate("apply", "--yes", "--confirm-within", "1h", "old.yaml").status == 0)
        #expect(try lab.judging() == "old")
        #expect(try lab.portgate("rollback", "--to", "1", "--yes").status == 4)
        let back = try lab.portgate("rollback", "--yes")
        #expect(back.status == 0 && back.output.contains("taken back, read back: generation 2 is in force"), "\(back)")
        #expect(try lab.judging() == "new")

        let late = try lab.portgate("apply", "--yes", "--confirm-within", "10s", "--wait", "old.yaml")
        #expect(late.status == 5 && late.errors.contains("generation 2 is in force again"), "\(late)")
        #expect(try lab.judging() == "new")
    }

    @Test("what another hand changed is no certain way back, and a confirmation is refused while nothing waits")
    func uncertain() throws {
        let lab = try ConfirmLab()
        try lab.applyOld()
        try lab.gate.server.loadForeign("insert rule inet portgate pg_p_gated accept")
        let result = try lab.portgate("apply", "--yes", "--confirm-within", "10s", "new.yaml")
        #expect(result.status == 4 && result.errors.contains("PG435"), "\(result)")
        #expect(try lab.portgate("confirm", "--local").status == 2)
        for text in ["9s", "25h", "2", ""] {
            #expect(try lab.portgate("apply", "--yes", "--confirm-within", text, "new.yaml").status == 2, "\(text)")
        }
        #expect(try lab.portgate("apply", "--yes", "--wait", "new.yaml").errors.contains("--lock-wait"))
    }
}
