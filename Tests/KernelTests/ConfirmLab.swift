import Foundation
import Glibc
import TestSupport
import Testing

/// A server between two clients, of which each of two policies lets one in, and portgate as an operator runs it there.
final class ConfirmLab {
    let gate: GateLab
    let folder: URL
    private(set) var processes: [LabProcess] = []

    /// Makes the server and its policies: `old.yaml` lets the client in, `new.yaml` the intruder; both let `both` in.
    init(port: String = "8443", both: String = "192.0.2.0/24") throws {
        gate = try GateLab()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, network) in [("old", "10.99.1.0/24"), ("new", "10.99.2.0/24")] {
            try write("\(name).yaml", GateLab.policyText(port: port, protocol: "tcp", cidrs: "\(network), \(both)"))
        }
    }

    deinit {
        for process in processes { process.kill() }
        try? FileManager.default.removeItem(at: folder)
    }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    func command(_ arguments: [String], through prefix: [String] = []) -> [String] {
        ["/usr/bin/env", "-i", "-C", folder.path, "PATH=/usr/bin:/bin", "PORTGATE_STATE_DIR=\(folder.path)/state"]
            + prefix
            + [BuiltProduct.path("portgate")] + arguments
    }

    func portgate(_ arguments: String..., through prefix: [String] = []) throws -> CommandResult {
        try gate.server.run(command(arguments, through: prefix))
    }

    /// Puts the old policy in force, for good.
    func applyOld() throws {
        let result = try portgate("apply", "--yes", "old.yaml")
        #expect(result.status == 0, "\(result)")
    }

    /// Starts a program on the server that lives until the lab goes.
    func start(_ arguments: [String], through prefix: [String] = []) throws -> LabProcess {
        let process = try gate.server.start(command(arguments, through: prefix))
        processes.append(process)
        return process
    }

    /// Which policy judges, by what the two clients meet.
    func judging(_ port: UInt16 = 8443) throws -> String {
        let old = try gate.client.connect("10.99.1.1", port)
        let new = try gate.intruder.connect("10.99.2.1", port)
        switch (old == .connected, new == .connected) {
        case (true, false): return old == .connected && new.isKeptOut ? "old" : "\(new)"
        case (false, true): return old.isKeptOut ? "new" : "\(old)"
        case (true, true): return "open"
        case (false, false): return "\(old) \(new)"
        }
    }

    /// Waits until the kernel has no armed element any more, asking nobody but the kernel. The bound only ends a test that fails.
    func waitForKernel() throws {
        let look = ["/usr/sbin/nft", "list", "set", "inet", "portgate", "pg_armed"]
        #expect(try eventually(within: 60) { try !gate.server.run(look).output.contains("expires") })
    }

    /// Every process that portgate left in the server, which is to be none.
    func portgates() throws -> [String] {
        try gate.server.check("/bin/sh", "-c", "for p in /proc/[0-9]*; do readlink $p/exe; done 2>/dev/null; true")
            .split(separator: "\n").map(String.init).filter { $0.hasPrefix(folder.path) }
    }
}
