import Foundation
import Gate

/// A private folder for the state of one test; it goes away with its last user.
final class StateFolder: Sendable {
    let path: String
    var directory: StateDirectory { StateDirectory(path: path) }

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("portgate-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file below the folder.
    func write(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try Data(text.utf8).write(to: url)
    }

    /// Reads a file below the folder.
    func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path).appendingPathComponent(name)))
    }
}
