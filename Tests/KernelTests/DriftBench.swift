import Foundation
import TestSupport
import Testing

/// A namespace with a gate that was applied there, in which `portgate drift` looks.
final class DriftBench: HostBench {
    static let policy = policy("cidrs: [10.1.0.0/16]")

    /// A policy of one port, with who its rule lets in, and more identities and networks.
    static func policy(_ admins: String, identities: String = "", networks: String = "") -> String {
        """
        version: 1
        name: lab\(networks.isEmpty ? "" : "\nnetworks: { \(networks) }")
        identities: { \(identities)alice: { addresses: [192.0.2.1/32] } }
        ports:
          - name: ssh
            port: 22
            protocol: tcp
            grants: { to: [alice], longest: 1h, ticket: optional }
            allow:
              - { name: admins, \(admins) }

        """
    }

    /// Makes the namespace and applies a policy there, beside which other files may lie.
    convenience init(_ policy: String = DriftBench.policy, files: [String: String] = [:]) throws {
        try self.init(files.merging(["gate.yaml": policy]) { _, policy in policy })
        let result = try portgate("apply", "--yes", "gate.yaml")
        guard result.status == 0 else { throw NetworkLab.Failure(description: "\(result)") }
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
