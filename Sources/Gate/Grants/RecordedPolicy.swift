import Host
import Policy

/// A policy as it was recorded with its generation: read again from the recorded files, never from those on the disk.
///
/// Lists of addresses are not recorded, and say nothing about who may be granted what: one address stands for each. So the
/// policy is good for its names and settings, not for its addresses.
enum RecordedPolicy {
    private static let list = Array("192.0.2.1\n".utf8)

    /// Reads the policy of a change or a generation.
    static func read(
        sources: [GenerationRecord.Source], paths: [String]
    ) throws(GateFailure) -> Policy {
        var files: [String: [UInt8]] = [:]
        for source in sources { files[source.path == "<stdin>" ? "-" : source.path] = source.bytes }
        let known = files
        let reader = SourceReader(
            kind: { path in
                if known[path] != nil { return .success(.file) }
                return names(in: path, of: known).isEmpty ? .success(.file) : .success(.folder)
            },
            read: { path, _ in .success(known[path] ?? list) },
            list: { path in .success(names(in: path, of: known)) })
        let loaded = PolicyLoader(reader: reader, zones: Files.zoneDatabase).load(paths: paths)
        if let policy = loaded.policy { return policy }
        let reason = loaded.diagnostics.first { $0.severity == .error }?.message ?? "nothing is left of it"
        throw .nothingToGrantOn("the recorded policy cannot be read again: \(reason)")
    }

    private static func names(in folder: String, of files: [String: [UInt8]]) -> [String] {
        let prefix = folder == "." || folder.isEmpty ? "" : folder.hasSuffix("/") ? folder : folder + "/"
        return files.keys.compactMap { path in
            guard path.hasPrefix(prefix) else { return nil }
            let rest = path.dropFirst(prefix.count)
            return rest.isEmpty || rest.contains("/") ? nil : String(rest)
        }
    }
}
