import Foundation
import TestSupport
import Testing

/// A gated server with a recorder that runs, a client and an intruder.
final class RecordBench: HostBench {
    let gate: GateLab
    private(set) var recorder: LabProcess?

    init(_ policy: String) throws {
        gate = try GateLab()
        try super.init(gate.server, of: gate.lab)
        try write("gate.yaml", policy)
        let result = try portgate("apply", "--yes", "gate.yaml")
        guard result.status == 0 else { throw NetworkLab.Failure(description: "\(result)") }
    }

    /// Starts the recorder; it listens when this returns. `accounts` is a file that it sees as /etc/passwd.
    func record(_ arguments: String..., accounts: String? = nil) throws {
        let command = command(["record"] + arguments, through: ["/bin/sh", "-c", "exec \"$0\" \"$@\" 2>&1"])
        // The shell that sees other accounts stays, and its child dies with it.
        let child = ["/usr/bin/setpriv", "--pdeathsig", "KILL"] + command
        let process = try host.start(accounts.map { SSHServer.command(child, accounts: $0) } ?? command)
        recorder = process
        var line = ""
        repeat { line = try process.line() } while !line.hasPrefix("recording group")
    }

    /// Ends the recorder as systemd does; returns its exit status.
    func stop() -> Int32 { recorder?.terminate() ?? -1 }

    /// The records of the ledger that are of accesses, or all of them.
    func records(all: Bool = false) throws -> [[String: Any]] {
        let result = try portgate("logs", "-o", "json")
        guard result.status == 0 else { throw NetworkLab.Failure(description: "\(result)") }
        let records = try result.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        return all ? records : records.filter { $0["src_ip"] != nil }
    }

    /// Waits until a record of a kind is there; the deadline only bounds a test that fails.
    func record(where isWanted: ([String: Any]) -> Bool) throws -> [String: Any] {
        var all: [[String: Any]] = []
        var found: [String: Any]?
        _ = try eventually {
            all = try records()
            found = all.first(where: isWanted)
            return found != nil
        }
        guard let found else { throw NetworkLab.Failure(description: "no such record among \(all)") }
        return found
    }
}
