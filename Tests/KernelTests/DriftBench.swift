import Foundation
import TestSupport
import Testing

/// A namespace with a gate that was applied there, in which `portgate drift` looks.
final class DriftBench {
    static let policy = """
        version: 1
        name: lab
        identities: { alice: { addresses: [192.0.2.1/32] } }
        ports:
          - name: ssh
            port: 22
            protocol: tcp
            grants: { to: [alice], longest: 1h, ticket: optional }
            allow:
              - { name: admins, cidrs: [10.1.0.0/16] }

        """

    let lab: NetworkLab
    let host: LabNamespace
    let folder: URL

    /// Makes the namespace and applies a policy there, beside which other files may lie.
    init(_ policy: String = DriftBench.policy, files: [String: String] = [:]) throws {
        lab = try NetworkLab()
        host = try lab.namespace("host")
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in files { try write(name, text) }
        try write("gate.yaml", policy)
        let result = try portgate("apply", "--yes", "gate.yaml")
        guard result.status == 0 else { throw NetworkLab.Failure(description: "\(result)") }
    }

    deinit {
        lab.close()
        try? FileManager.default.removeItem(at: folder)
    }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    func command(_ arguments: [String], through prefix: [String] = []) -> [String] {
        ["/usr/bin/env", "-i", "-C", folder.path, "PORTGATE_STATE_DIR=\(folder.path)/state"] + prefix
            + [BuiltProduct.path("portgate")] + arguments
    }

    func portgate(_ arguments: String..., through prefix: [String] = []) throws -> CommandResult {
        try host.run(command(arguments, through: prefix))
    }

    /// Looks and returns what was found, each finding as its JSON.
    func findings(_ arguments: String...) throws -> [[String: Any]] {
        let result = try host.run(command(["drift", "gate.yaml", "-o", "json"] + arguments))
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        return try #require(object?["findings"] as? [[String: Any]], "\(result)")
    }

    /// Looks for a finding of a code whose message holds a text.
    func finding(_ code: String, _ text: String, _ arguments: String...) throws -> [String: Any]? {
        let result = try host.run(command(["drift", "gate.yaml", "-o", "json"] + arguments))
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        return (object?["findings"] as? [[String: Any]])?.first {
            $0["code"] as? String == code
                && (text.isEmpty || ($0["message"] as? String)?.contains(text) == true)
        }
    }
}
