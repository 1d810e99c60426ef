import Foundation
import TestSupport
import Testing

/// Confirmations over a real sshd, with keys and a configuration of its own.
@Suite("confirmation over SSH")
struct ConfirmOverSSHTests {
    private static let port: UInt16 = 2222

    /// Starts an sshd on the server that lets root in with a key.
    private static func serve(_ lab: ConfirmLab) throws -> LabProcess {
        try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        for name in ["host", "client"] {
            let made = try runCommand([
                "/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(lab.folder.path)/\(name)",
            ])
            guard made.status == 0 else { throw NetworkLab.Failure(description: "ssh-keygen: \(made)") }
        }
        try lab.write(
            "sshd_config",
            """
            Port \(port)
            HostKey \(lab.folder.path)/host
            PidFile none
            AuthorizedKeysFile \(lab.folder.path)/client.pub
            StrictModes no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            UsePAM no
            PermitRootLogin yes

            """)
        return try lab.gate.server.start(
            belowShell + ["/usr/sbin/sshd", "-D", "-e", "-f", "\(lab.folder.path)/sshd_config"])
    }

    /// What closes every descriptor stands below a shell, so that its end is noticed and not its beginning.
    private static let belowShell = [
        "/bin/sh", "-c", "\"$@\"; exit $?", "sh", "/usr/bin/setpriv", "--pdeathsig", "KILL",
    ]

    private static func ssh(_ lab: ConfirmLab, _ address: String, _ more: [String] = []) -> [String] {
        belowShell + [
            "/usr/bin/ssh", "-F", "none", "-i", "\(lab.folder.path)/client", "-o", "StrictHostKeyChecking=no", "-o",
            "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20",
            "-p",
            "\(port)",
        ] + more + ["root@\(address)"]
    }

    private static func remote(_ lab: ConfirmLab, _ arguments: String) -> String {
        "PORTGATE_STATE_DIR=\(lab.folder.path)/state \(BuiltProduct.path("portgate")) \(arguments)"
    }

    @Test("A02: a session from before the change, and one that shares its connection, confirm nothing; a new one does")
    func onlyNewConnections() throws {
        let lab = try ConfirmLab(port: "2222", both: "10.99.0.0/16")
        _ = try Self.serve(lab)
        try lab.applyOld()
        // Opened before: it lives on under the new rules, which proves nothing.
        let socket = "\(lab.folder.path)/master"
        let before = try lab.gate.client.start(
            Self.ssh(lab, "10.99.1.1", ["-M", "-S", socket]) + ["echo ready; exec /bin/sh"])
        var tries = 0
        while (try? before.line()) != "ready", tries < 3 { tries += 1 }
        let policy = "\(lab.folder.path)/new.yaml"
        try before.send(
            Self.remote(lab, "apply --yes --confirm-within 1h \(policy) > /dev/null 2>&1; echo \"apply $?\""))
        #expect(try before.line() == "apply 0")
        try before.send(Self.remote(lab, "confirm 2>&1 | head -1; echo end"))
        #expect(try before.line().contains("PG433"))
        #expect(try before.line().contains("end"))
        // --local does not help over SSH.
        try before.send(Self.remote(lab, "confirm --local 2>&1 | head -1; echo end"))
        #expect(try before.line().contains("is older than the new rules"))
        #expect(try before.line().contains("end"))
        let shared = try lab.gate.client.run(
            Self.ssh(lab, "10.99.1.1", ["-S", socket]) + [Self.remote(lab, "confirm")])
        #expect(shared.status == 4 && shared.errors.contains("PG433"), "\(shared)")
        let fresh = try lab.gate.client.run(
            Self.ssh(lab, "10.99.1.1", ["-S", "none"]) + [Self.remote(lab, "confirm")])
        #expect(fresh.status == 0 && fresh.output.contains("is confirmed, over the SSH connection"), "\(fresh)")
        #expect(try lab.portgate("status").output.contains("generation 2, policy"))
    }

    @Test("A03: the SSH session that applies is cut by what it applied, and gets back in when the kernel has returned")
    func cutSession() throws {
        let lab = try ConfirmLab(port: "2222")
        _ = try Self.serve(lab)
        try lab.applyOld()
        #expect(
            try lab.gate.client.run(Self.ssh(lab, "10.99.1.1") + ["true"]).status == 0,
            "the old rules let the client in")
        let policy = "\(lab.folder.path)/new.yaml"
        let change = try lab.gate.client.start(
            Self.ssh(lab, "10.99.1.1", ["-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=2"]) + [
                Self.remote(lab, "apply --yes --allow-lockout --confirm-within 10s --wait \(policy)")
            ])
        // It ends without a word of success: its packets are refused.
        #expect(throws: LabProcess.Failure.self) {
            while true { _ = try change.line(within: 60) }
        }
        let out = try lab.gate.client.run(Self.ssh(lab, "10.99.1.1", ["-o", "ConnectTimeout=2"]) + ["true"])
        let isArmed = try lab.gate.server.check("/usr/sbin/nft", "list", "set", "inet", "portgate", "pg_armed")
            .contains("expires")
        #expect(out.status != 0 || !isArmed)
        try lab.waitForKernel()
        #expect(try lab.gate.client.run(Self.ssh(lab, "10.99.1.1") + ["true"]).status == 0)
        #expect(try lab.portgate("rollback", "--list").output.contains("fell-back"))
    }
}
