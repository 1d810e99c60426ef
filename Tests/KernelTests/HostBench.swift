import Foundation
import TestSupport

/// An operator's host: a namespace, a folder with policies and a state directory, and the command line.
class HostBench {
    let host: LabNamespace
    let folder: URL
    private let network: NetworkLab

    /// Takes a host of a lab.
    init(_ host: LabNamespace, of network: NetworkLab) throws {
        self.host = host
        self.network = network
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Makes a host that is alone, with policies by the names of their files.
    convenience init(_ policies: [String: String]) throws {
        let network = try NetworkLab()
        try self.init(try network.namespace("host"), of: network)
        for (name, text) in policies { try write(name, text) }
    }

    deinit {
        // First what runs there, which may write into the folder.
        network.close()
        try? FileManager.default.removeItem(at: folder)
    }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    /// The command that runs portgate in the folder, with an environment of its own; `prefix` is a command that runs it.
    func command(_ arguments: [String], ssh: String? = nil, through prefix: [String] = []) -> [String] {
        let environment = ["PORTGATE_STATE_DIR=\(folder.path)/state"] + (ssh.map { ["SSH_CONNECTION=\($0)"] } ?? [])
        return ["/usr/bin/env", "-i", "-C", folder.path] + environment + prefix + [BuiltProduct.path("portgate")]
            + arguments
    }

    /// Runs portgate on the host.
    @discardableResult
    func portgate(
        _ arguments: String..., ssh: String? = nil, through prefix: [String] = []
    ) throws -> CommandResult {
        try host.run(command(arguments, ssh: ssh, through: prefix))
    }
}
