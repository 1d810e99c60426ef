import Foundation
import TestSupport
import Testing

/// A lab whose server is an operator's host: a state directory, policies, and the command line.
final class IdentityBench: HostBench {
    let lab: GateLab

    init() throws {
        lab = try GateLab()
        try super.init(lab.server, of: lab.lab)
    }

    /// Applies a policy that must be accepted.
    @discardableResult
    func apply(_ text: String, through prefix: [String] = []) throws -> CommandResult {
        try write("p.yaml", text)
        let result = try portgate("apply", "--yes", "p.yaml", through: prefix)
        try #require(result.status == 0, "\(result)")
        return result
    }

    /// Returns what `status` says, one finding a line.
    func findings(through prefix: [String] = []) throws -> String {
        let result = try portgate("status", through: prefix)
        try #require(result.status == 0 || result.status == 1, "\(result)")
        return result.output
    }

    /// Connects from the server to itself and returns `hello`, or why not.
    func own(_ address: String = "127.0.0.1", in group: LabControlGroup? = nil) throws -> String {
        let script = """
            import socket
            try:
                made = socket.create_connection(("\(address)", 8443), 20)
                made.sendall(b"hello\\n")
                print("answered" if made.recv(100) else "closed")
            except OSError as error:
                print(type(error).__name__)
            """
        let python = ["/usr/bin/python3", "-I", "-c", script]
        return try lab.server.run((group?.enter ?? []) + python).output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A policy of one port for one identity.
    static func policy(_ proof: String, settings: String = "") -> String {
        """
        version: 1
        name: lab
        identities:
          who: { \(proof) }
        \(settings)
        ports:
          - name: gated
            port: 8443
            allow:
              - { name: rule, identities: [who] }

        """
    }
}

/// A cgroup of a test, below the root of the unified hierarchy, where no controller is needed.
final class LabControlGroup {
    /// Below the root.
    let path: String
    private let folder: String

    init() throws {
        let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        let line = try #require(mounts.split(separator: "\n").last { $0.contains(" - cgroup2 ") })
        path = "portgate-test-\(UUID().uuidString.prefix(8))"
        folder = "\(line.split(separator: " ")[4])/\(path)"
        try make()
    }

    deinit { remove() }

    func make(below: String = "") throws {
        try FileManager.default.createDirectory(atPath: folder + below, withIntermediateDirectories: false)
    }

    /// Removes it and what is below; nobody may be in it any more.
    func remove() {
        rmdir(folder + "/child")
        rmdir(folder)
    }

    /// What runs the program behind it in the cgroup.
    var enter: [String] { enter("") }

    func enter(_ below: String) -> [String] {
        ["/bin/sh", "-c", "echo 0 > \(folder)\(below)/cgroup.procs && exec \"$@\"", "sh"]
    }
}
