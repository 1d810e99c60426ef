import Foundation
import Glibc

/// A real sshd in a namespace of a lab, with keys, accounts and settings of its own. Nothing of the machine's is changed: the
/// accounts stand in a copy of /etc/passwd that only its mount namespace sees.
public final class SSHServer {
    /// Accounts made for tests, by name.
    public static let accounts: [String: UInt32] = ["pg-alice": 54_321, "pg-bob": 54_322]

    /// The folder of keys, settings and programs; others may look into it, as the accounts must.
    public let path: String
    private let folder: URL
    private let host: LabNamespace
    private let process: LabProcess

    /// Starts sshd on port 22. `command` is what every account runs, whatever it asks for; `%d` in it is the folder.
    ///
    /// - Parameter programs: programs of this build to be copied into the folder, each with the file capabilities it gets.
    public init(on host: LabNamespace, command: String, programs: [String: String?]) throws {
        self.host = host
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pg-ssh-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        let path = folder.path
        self.path = path
        for key in ["host", "key"] {
            try Self.check(["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(path)/\(key)"])
        }
        try FileManager.default.copyItem(atPath: "\(path)/key.pub", toPath: "\(path)/authorized")
        for (program, capabilities) in programs {
            let copy = "\(path)/\(program)"
            try FileManager.default.copyItem(atPath: BuiltProduct.path(program), toPath: copy)
            if let capabilities { try Self.check(["/usr/sbin/setcap", capabilities, copy]) }
        }
        var passwd = try String(contentsOfFile: "/etc/passwd", encoding: .utf8)
        for (name, number) in Self.accounts.sorted(by: { $0.key < $1.key }) {
            passwd += "\(name):*:\(number):\(number)::/:/bin/sh\n"
        }
        if !passwd.contains("\nsshd:") { passwd += "sshd:*:54320:65534::/run/sshd:/usr/sbin/nologin\n" }
        try Data(passwd.utf8).write(to: folder.appendingPathComponent("passwd"))
        let settings = """
            HostKey \(path)/host
            AuthorizedKeysFile \(path)/authorized
            UsePAM no
            StrictModes no
            PidFile none
            PasswordAuthentication no
            PermitRootLogin yes
            PermitUserEnvironment yes
            AcceptEnv *
            UseDNS no
            ForceCommand \(command.replacingOccurrences(of: "%d", with: path))

            """
        try Data(settings.utf8).write(to: folder.appendingPathComponent("sshd_config"))
        process = try host.start(Self.command(Self.server("\(path)/sshd_config"), accounts: "\(path)/passwd"))
        while !(try process.line()).contains("listening on ::") {}
    }

    /// The command line of sshd by some settings. It says on standard error that it listens; that goes to standard output to be
    /// waited for. sshd closes every descriptor, by which a test would notice the end of its child, and wait: so it is the child
    /// of a shell, and dies with it.
    public static func server(_ settings: String) -> [String] {
        ["/usr/bin/setpriv", "--pdeathsig", "KILL", "/usr/sbin/sshd", "-D", "-e", "-f", settings]
    }

    /// The command line that runs a program below a shell that sees the accounts of a file and no others.
    public static func command(_ arguments: [String], accounts: String) -> [String] {
        let script = "mkdir -p /run/sshd && mount --bind '\(accounts)' /etc/passwd && { \"$@\" 2>&1; exit $?; }"
        return ["/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", script, "sh"] + arguments
    }

    deinit { stop() }

    /// Ends sshd, and what it started with it, and removes its folder.
    public func stop() {
        process.kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Writes a file of the folder.
    public func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    /// The command line of a client that logs in. Like sshd it closes every descriptor, so a shell stands above it.
    public func login(
        _ user: String, at address: String, options: [String] = [], asking command: [String] = []
    ) -> [String] {
        [
            "/bin/sh", "-c", "\"$@\"; exit $?", "sh", "/usr/bin/setpriv", "--pdeathsig", "KILL", "/usr/bin/ssh", "-F",
            "none", "-T", "-i", "\(folder.path)/key", "-o", "IdentitiesOnly=yes", "-o",
            "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o",
            "BatchMode=yes",
        ] + options + ["\(user)@\(address)"] + command
    }

    private static func check(_ arguments: [String]) throws {
        let result = try runCommand(arguments)
        guard result.status == 0 else {
            throw NetworkLab.Failure(description: "\(arguments.joined(separator: " ")): \(result.errors)")
        }
    }
}
