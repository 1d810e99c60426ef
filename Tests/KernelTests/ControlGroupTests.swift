import TestSupport
import Testing

/// Identities told by cgroup.
@Suite("cgroup identities", .serialized)
struct ControlGroupTests {
    @Test("H01: a cgroup made anew is found by status and bound by the next apply, of the same policy")
    func h01() throws {
        let bench = try IdentityBench()
        try bench.lab.server.serve("tcp/8443")
        let unit = try LabControlGroup()
        let policy = IdentityBench.policy("process: { cgroup: \(unit.path) }")
        try bench.apply(policy)
        #expect(try bench.own(in: unit) == "answered")
        #expect(try bench.own() == "ConnectionRefusedError")
        #expect(try !bench.findings().contains("PG44"))

        unit.remove()
        try unit.make()
        #expect(try bench.own(in: unit) == "ConnectionRefusedError")
        let stale = try bench.findings()
        #expect(stale.contains("identity who is bound to id") && stale.contains("PG445"), "\(stale)")

        let again = try bench.apply(policy)
        #expect(again.output.contains("stays in force"), "\(again)")
        #expect(try bench.own(in: unit) == "answered")
        #expect(try bench.own() == "ConnectionRefusedError")
        #expect(try !bench.findings().contains("PG44"))
    }

    @Test("H01: where there is no cgroup, the identity is nobody, and apply and status say so")
    func absent() throws {
        let bench = try IdentityBench()
        try bench.lab.server.serve("tcp/8443")
        let unit = try LabControlGroup()
        let policy = IdentityBench.policy("process: { cgroup: \(unit.path) }")
        unit.remove()
        let applied = try bench.apply(policy)
        #expect(applied.errors.contains("there is no cgroup \(unit.path)"), "\(applied)")
        #expect(try bench.own() == "ConnectionRefusedError")
        #expect(try bench.findings().contains("PG444"))
        try unit.make()
        try bench.apply(policy)
        #expect(try bench.own(in: unit) == "answered")
        // Gone again: its id is taken out, so that nothing is left of it.
        unit.remove()
        try bench.apply(policy)
        let found = try bench.findings()
        #expect(found.contains("PG444") && !found.contains("PG445"), "\(found)")
        #expect(try bench.own() == "ConnectionRefusedError")
    }

    @Test("what is below a cgroup belongs to it, what is beside it does not")
    func below() throws {
        let bench = try IdentityBench()
        try bench.lab.server.serve("tcp/8443")
        let (unit, other) = (try LabControlGroup(), try LabControlGroup())
        try unit.make(below: "/child")
        try bench.apply(IdentityBench.policy("process: { cgroup: \(unit.path) }"))
        let child = try bench.lab.server.run(
            unit.enter("/child") + ["/usr/bin/python3", "-I", "-c", Self.connect])
        #expect(child.output == "0\n", "\(child)")
        #expect(try bench.own(in: other) == "ConnectionRefusedError")
        try bench.apply(IdentityBench.policy("process: { cgroup: \(unit.path)/child }"))
        #expect(try bench.own(in: unit) == "ConnectionRefusedError")
    }

    @Test("a connection of the cgroup that is older than the gate goes on; another's is cut")
    func older() throws {
        let bench = try IdentityBench()
        try bench.lab.server.serve("tcp/8443")
        let unit = try LabControlGroup()
        let script = """
            import socket, sys
            made = socket.create_connection(("127.0.0.1", 8443), 20)
            for line in sys.stdin.buffer:
                try:
                    made.sendall(line)
                    print("answered" if made.recv(100) else "closed", flush=True)
                except OSError as error:
                    print(type(error).__name__, flush=True)
            """
        let python = ["/usr/bin/python3", "-I", "-c", script]
        let inside = try bench.lab.server.start(unit.enter + python)
        let outside = try bench.lab.server.start(python)
        for session in [inside, outside] {
            try session.send("before")
            #expect(try session.line() == "answered")
        }
        try bench.apply(IdentityBench.policy("process: { cgroup: \(unit.path) }"))
        try inside.send("after")
        #expect(try inside.line() == "answered")
        try outside.send("after")
        #expect(try outside.line() == "ConnectionResetError")
        // Another epoch, other rules: what is allowed goes on.
        try bench.apply(IdentityBench.policy("process: { cgroup: \(unit.path) }", settings: "owner: somebody"))
        try inside.send("later")
        #expect(try inside.line() == "answered")
        inside.kill()
    }

    private static let connect = """
        import socket
        made = socket.socket()
        made.settimeout(20)
        print(made.connect_ex(("127.0.0.1", 8443)))
        """
}
