import Foundation
import Glibc
import TestSupport
import Testing

/// Sessions over a real sshd, with real clients, and traffic through the sets that they open.
@Suite("sessions over SSH", .serialized)
struct SessionTests {
    /// A gated server with sshd, and two clients.
    private final class Bench {
        let gate: GateLab
        let ssh: SSHServer

        init(policy: String = SessionTests.policy, command: String = "%d/portgate-session") throws {
            gate = try GateLab()
            try gate.apply(policy)
            try gate.server.serve("tcp/8443")
            ssh = try SSHServer(
                on: gate.server, command: command,
                programs: ["portgate-session": "cap_net_admin,cap_sys_ptrace+ep", "portgate": nil])
        }

        deinit {
            ssh.stop()
            gate.lab.close()
        }

        /// Logs in from a client and waits for the lines that a session begins with.
        func login(
            _ user: String, from client: LabNamespace, at address: String, options: [String] = [],
            asking command: [String] = []
        ) throws -> (process: LabProcess, lines: [String]) {
            let process = try client.start(ssh.login(user, at: address, options: options, asking: command))
            return (process, [try process.line(), try process.line()])
        }

        /// The addresses that prove an identity.
        func proven(_ identity: String) throws -> Set<String> {
            var found: Set<String> = []
            for family in [4, 6] {
                let text = try gate.server.check(
                    "/usr/sbin/nft", "list", "set", "inet", "portgate", "pg_i\(family)_\(identity)")
                for match in text.matches(of: /([0-9a-f.:]+) timeout 45s/) { found.insert(String(match.1)) }
            }
            return found
        }

        /// Waits until an identity is proven by these addresses and no other; only a failing test waits long.
        func expect(_ identity: String, _ addresses: Set<String>, within seconds: Int = 20) throws {
            for _ in 0..<(seconds * 20) {
                if try proven(identity) == addresses { return }
                poll(nil, 0, 50)
            }
            #expect(try proven(identity) == addresses)
        }
    }

    private static let policy = """
        version: 1
        name: lab
        identities:
          alice: { session: { user: pg-alice } }
          bob: { session: { user: pg-bob } }
          team: { members: [alice] }
        ports:
          - name: gated
            port: 8443
            protocol: tcp
            allow:
              - { name: team, identities: [team] }
              - { name: bob, identities: [bob], cidrs: [10.99.0.0/16, "fd99::/16"] }

        """

    private static let v4 = "10.99.1.1"

    @Test("a session opens the port for its address while it lives, and closes it when its input ends")
    func life() throws {
        let bench = try Bench()
        #expect(try bench.gate.client.connect(Self.v4, 8443).isKeptOut)
        let session = try bench.login("pg-alice", from: bench.gate.client, at: Self.v4)
        #expect(session.lines[0] == "portgate: you are pg-alice from 10.99.1.2")
        #expect(session.lines[1].hasSuffix("gated/team while this session lives; Ctrl-D ends it"), "\(session.lines)")
        #expect(try bench.proven("alice") == ["10.99.1.2"])
        #expect(try bench.gate.client.connect(Self.v4, 8443) == .connected)
        #expect(try bench.gate.intruder.connect("10.99.2.1", 8443).isKeptOut)
        // A connection that was let in by the session ends with it: every packet is judged.
        let open = try bench.gate.client.session(.tcp, Self.v4, 8443)
        #expect(try open.say() == .connected)
        _ = try? session.process.finish()
        try bench.expect("alice", [])
        #expect(try bench.gate.client.connect(Self.v4, 8443).isKeptOut)
        #expect(try open.say() != .connected)
    }

    @Test("the recorder tells whose session began and ended, and what came by it")
    func recorded() throws {
        let bench = try RecordBench(Self.policy)
        try bench.host.serve("tcp/8443")
        let ssh = try SSHServer(
            on: bench.host, command: "%d/portgate-session",
            programs: ["portgate-session": "cap_net_admin,cap_sys_ptrace+ep", "portgate": nil])
        defer { ssh.stop() }
        try bench.record(accounts: "\(ssh.path)/passwd")
        let process = try bench.gate.client.start(ssh.login("pg-alice", at: Self.v4))
        #expect(try process.line() == "portgate: you are pg-alice from 10.99.1.2")
        let began = try bench.record { $0["action"] as? String == "session-began" }
        #expect(began["user"] as? String == "alice")
        #expect(began["src_ip"] as? String == "10.99.1.2")
        #expect(
            began["identity"] as? [String: String] == ["name": "alice", "proof": "session", "strength": "medium"])
        #expect(try bench.gate.client.connect(Self.v4, 8443) == .connected)
        let access = try bench.record { $0["action"] as? String == "allow" && $0["port"] as? String == "gated" }
        #expect(access["user"] as? String == "alice")
        _ = try? process.finish()
        let ended = try bench.record { $0["action"] as? String == "session-ended" }
        #expect(ended["start"] as? String == began["start"] as? String)
        #expect(ended["user"] as? String == "alice")
        #expect((ended["duration"] as? Double).map { $0 >= 0 } == true)
    }

    @Test("over IPv6 the session opens IPv6")
    func six() throws {
        let bench = try Bench()
        let session = try bench.login("pg-alice", from: bench.gate.client, at: "fd99:1::1")
        #expect(session.lines[0] == "portgate: you are pg-alice from fd99:1::2")
        #expect(try bench.proven("alice") == ["fd99:1::2"])
        #expect(try bench.gate.client.connect("fd99:1::1", 8443) == .connected)
        session.process.kill()
        try bench.expect("alice", [])
    }

    @Test("what the client asks for is never run, and what it writes into the environment proves nothing")
    func forged() throws {
        let bench = try Bench()
        let forged = "10.99.2.2 1 10.99.2.1 22"
        let session = try bench.login(
            "pg-alice", from: bench.gate.client, at: Self.v4,
            options: ["-o", "SetEnv=SSH_CONNECTION=\"\(forged)\" SSH_CLIENT=\"\(forged)\" USER=pg-bob LOGNAME=pg-bob"],
            asking: ["touch", "\(bench.ssh.path)/ran", "--state-dir", "/tmp"])
        #expect(session.lines[0] == "portgate: you are pg-alice from 10.99.1.2")
        #expect(try bench.proven("alice") == ["10.99.1.2"])
        #expect(try bench.proven("bob").isEmpty)
        #expect(!FileManager.default.fileExists(atPath: "\(bench.ssh.path)/ran"))
    }

    @Test("a user who starts the program without SSH, or an sshd of their own, proves nothing")
    func pretended() throws {
        let bench = try Bench()
        let asAlice = ["/usr/bin/setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"]
        let program = "\(bench.ssh.path)/portgate-session"
        let alone = try bench.gate.server.run(
            asAlice + ["/usr/bin/env", "SSH_CONNECTION=10.99.1.2 1 10.99.1.1 22", program])
        #expect(alone.status == 4, "\(alone)")
        #expect(alone.errors.contains("PG422"))
        // An sshd that runs as the user is above the session, and is not the host's.
        let folder = bench.ssh.path
        try bench.ssh.write(
            "own_config",
            """
            Port 2222
            HostKey \(folder)/own/host
            AuthorizedKeysFile \(folder)/authorized
            UsePAM no
            StrictModes no
            PidFile none
            ForceCommand \(program)

            """)
        try bench.gate.server.check(
            "/bin/sh", "-c",
            "mkdir \(folder)/own && cp \(folder)/host \(folder)/own/host && chown -R 54321:54321 \(folder)/own && chmod 600 \(folder)/own/host"
        )
        let own = try bench.gate.server.start(
            SSHServer.command(asAlice + SSHServer.server("\(folder)/own_config"), accounts: "\(folder)/passwd"))
        while !(try own.line()).contains("listening on ::") {}
        let result = try bench.gate.client.run(
            bench.ssh.login("pg-alice", at: Self.v4, options: ["-p", "2222"]))
        #expect(result.errors.contains("PG422"), "\(result)")
        #expect(try bench.proven("alice").isEmpty)
    }

    @Test("two sessions of a user from one address, and one from another: the end of each ends only its own")
    func several() throws {
        let bench = try Bench()
        let one = try bench.login("pg-alice", from: bench.gate.client, at: Self.v4)
        let two = try bench.login("pg-alice", from: bench.gate.client, at: Self.v4)
        let three = try bench.login("pg-alice", from: bench.gate.intruder, at: "10.99.2.1")
        #expect(try bench.proven("alice") == ["10.99.1.2", "10.99.2.2"])
        three.process.kill()
        try bench.expect("alice", ["10.99.1.2"])
        one.process.kill()
        // When the session of the first is gone from the register, the address stays open for the second.
        try waitForSessions(bench, 1)
        #expect(try bench.proven("alice") == ["10.99.1.2"])
        #expect(try bench.gate.client.connect(Self.v4, 8443) == .connected)
        two.process.kill()
        try bench.expect("alice", [])
    }

    private func waitForSessions(_ bench: Bench, _ count: Int) throws {
        for _ in 0..<400 {
            let text = try bench.gate.server.check("/bin/cat", "/proc/net/unix")
            if text.matches(of: /@portgate-session\//).count == count { return }
            poll(nil, 0, 50)
        }
        Issue.record("the sessions did not become \(count)")
    }

    @Test("PG478: two users from one address work, and the address is said to be shared")
    func shared() throws {
        let bench = try Bench()
        let alice = try bench.login("pg-alice", from: bench.gate.client, at: Self.v4)
        let bob = try bench.login("pg-bob", from: bench.gate.client, at: Self.v4)
        #expect(try bob.process.line().contains("10.99.1.2 is shared with pg-alice"))
        #expect(try bench.proven("alice") == ["10.99.1.2"])
        #expect(try bench.proven("bob") == ["10.99.1.2"])
        let list = try bench.gate.server.run(
            SSHServer.command(
                [BuiltProduct.path("portgate"), "session", "list"], accounts: "\(bench.ssh.path)/passwd"))
        #expect(list.status == 0, "\(list)")
        #expect(list.output.contains("session alice (pg-alice) from 10.99.1.2: since "))
        #expect(list.output.contains("address shared with pg-bob"), "\(list)")
        #expect(list.output.hasSuffix("2 addresses prove an identity\n"))
        alice.process.kill()
        try bench.expect("alice", [])
        #expect(try bench.proven("bob") == ["10.99.1.2"])
    }

    @Test("F05: a session that is killed or stopped leaves an element that the kernel ends by itself")
    func f05() throws {
        let bench = try Bench()
        let session = try bench.login("pg-alice", from: bench.gate.client, at: Self.v4)
        let found = try bench.gate.server.check("/bin/cat", "/proc/net/unix")
            .firstMatch(of: /@portgate-session\/54321\/10.99.1.2\/([0-9]+)\//)
        let process = try #require(found.flatMap { pid_t($0.1) })
        kill(process, SIGKILL)
        // What its end would take away is still there, and has no more than its timeout to live.
        try waitForSessions(bench, 0)
        #expect(try bench.proven("alice") == ["10.99.1.2"])
        try bench.expect("alice", [], within: 90)
        #expect(try bench.gate.client.connect(Self.v4, 8443).isKeptOut)
        session.process.kill()
    }

    @Test("sets made anew are filled again by the next beat; rules without the identity are told")
    func reapplied() throws {
        let bench = try Bench()
        let session = try bench.login("pg-alice", from: bench.gate.client, at: Self.v4)
        try bench.gate.server.loadForeign("delete table inet portgate")
        try bench.gate.apply(Self.policy)
        #expect(try bench.proven("alice").isEmpty)
        try bench.expect("alice", ["10.99.1.2"], within: 60)
        #expect(try bench.gate.client.connect(Self.v4, 8443) == .connected)
        try bench.gate.server.loadForeign("delete table inet portgate")
        #expect(try session.process.line(within: 60) == "portgate: closed: no rule in force asks for pg-alice any more")
        session.process.kill()
    }

    @Test("PG425, PG426: without its capabilities, or without a rule that asks for it, a session is refused in words")
    func refused() throws {
        let bench = try Bench(policy: GateLab.policyText())
        let client = bench.gate.client
        let unasked = try client.run(bench.ssh.login("pg-alice", at: Self.v4))
        #expect(unasked.status == 4, "\(unasked)")
        #expect(unasked.errors.contains("no rule in force asks for a session of pg-alice [PG426]"))
        let plain = try Bench(command: "%d/portgate session")
        let bare = try plain.gate.client.run(plain.ssh.login("pg-alice", at: Self.v4))
        #expect(bare.status == 3, "\(bare)")
        #expect(bare.errors.contains("PG425"))
    }
}
