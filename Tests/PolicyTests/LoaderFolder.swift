import Policy

/// Files in memory for the loader, and marks in their text where reports must start.
struct LoaderFolder {
    private var files: [String: [UInt8]] = [:]
    /// What must be reported: `path:line:column CODE`, in the order of the files' paths and places.
    private(set) var expected: [String] = []

    init(_ texts: KeyValuePairs<String, String> = [:]) {
        for (path, text) in texts { self[path] = text }
    }

    /// A folder with one file, `policy.yaml`.
    init(_ text: String) { self["policy.yaml"] = text }

    /// Adds a file; `⟦CODE⟧` in it says that a report of that code must start there.
    subscript(path: String) -> String {
        get { String(decoding: files[path] ?? [], as: UTF8.self) }
        set {
            var text = ""
            var line = 1
            var column = 1
            var rest = newValue.unicodeScalars[...]
            while let scalar = rest.first {
                if scalar == "⟦", let end = rest.firstIndex(of: "⟧") {
                    let code = String(rest[rest.index(after: rest.startIndex)..<end])
                    expected.append("\(path):\(line):\(column) \(code)")
                    rest = rest[rest.index(after: end)...]
                    continue
                }
                text.unicodeScalars.append(scalar)
                (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
                rest = rest.dropFirst()
            }
            files[path] = Array(text.utf8)
        }
    }

    /// Adds a file by its bytes, which need not be UTF-8.
    mutating func add(_ path: String, bytes: [UInt8], expected: [String] = []) {
        files[path] = bytes
        self.expected += expected
    }

    /// The folder as the loader sees it.
    var reader: SourceReader {
        let files = files
        return SourceReader(
            kind: { path in
                if files[path] != nil { return .success(.file) }
                let isFolder = path == "." || files.keys.contains { $0.hasPrefix(path + "/") }
                return isFolder ? .success(.folder) : .failure(.notFound)
            },
            read: { path, limit in
                guard let bytes = files[path] else { return .failure(.notFound) }
                return bytes.count > limit ? .failure(.tooLarge(limit: limit)) : .success(bytes)
            },
            list: { path in
                let prefix = path == "." ? "" : path + "/"
                let names = files.keys.filter { $0.hasPrefix(prefix) }.map {
                    String($0.dropFirst(prefix.count).prefix { $0 != "/" })
                }
                return .success(Array(Set(names)))
            })
    }

    func load(_ paths: [String] = ["policy.yaml"], limits: LoadLimits = LoadLimits()) -> LoadResult {
        PolicyLoader(reader: reader, zones: .onlyUTC, limits: limits).load(paths: paths)
    }

    /// What is reported, in the form of ``expected``.
    func reported(_ paths: [String] = ["policy.yaml"]) -> [String] {
        let result = load(paths)
        return result.diagnostics.map { finding in
            guard let span = finding.span else { return "\(finding.code)" }
            return "\(result.sources.path(of: span)):\(span.line):\(span.column) \(finding.code)"
        }
    }
}
