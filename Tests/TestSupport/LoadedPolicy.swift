import Foundation
public import Policy

/// Policies of text, loaded with the zones of this machine.
public enum LoadedPolicy {
    /// A text that is no policy.
    public struct Refused: Error, CustomStringConvertible {
        /// What the loader said, and the text.
        public let description: String
    }

    /// The zones of this machine.
    public static let zones = ZoneDatabase(
        read: { FileManager.default.contents(atPath: "/usr/share/zoneinfo/\($0)").map { [UInt8]($0) } },
        names: { [] })

    /// Loads a policy that must have no errors; `files` are what it may include.
    public static func of(_ yaml: String, files: [String: String] = [:], path: String = "gate.yaml") throws -> Policy {
        var contents = files
        contents[path] = yaml
        let all = contents
        let reader = SourceReader(
            kind: { all[$0] == nil ? .failure(.notFound) : .success(.file) },
            read: { path, _ in all[path].map { .success(Array($0.utf8)) } ?? .failure(.notFound) },
            list: { _ in .failure(.notFound) })
        let result = PolicyLoader(reader: reader, zones: zones).load(paths: [path])
        let errors = result.diagnostics.filter { $0.severity == .error }
        guard let policy = result.policy else {
            throw Refused(
                description: "\(errors.map { "\($0.code) \($0.span?.line ?? 0): \($0.message)" }) in\n\(yaml)")
        }
        return policy
    }
}
