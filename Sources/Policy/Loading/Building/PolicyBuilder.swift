/// Makes a policy of the files' nodes: merges sections, resolves names, reads values, checks what declarations mean together.
///
/// The nodes have passed ``ShapeChecker``: what does not fit its table has been reported and is skipped here in silence. As no
/// policy is made when anything was reported, nothing skipped can go missing from one.
struct PolicyBuilder {
    let reader: SourceReader
    let zones: ZoneDatabase
    let limits: LoadLimits
    var findings: Findings
    var sources: SourceMap
    let folders: [UInt32: String]
    var totalBytes: Int
    let keepsLists: Bool

    /// A setting that may be stated once in the policy, or again with the same value.
    struct Setting {
        let text: String
        let span: SourceSpan
    }

    var settings: [String: Setting] = [:]
    private var nameIsWritten = false
    /// Whether every file could be read as a mapping; else the policy's name may stand in one that could not.
    private var everyFileWasRead = true
    var networks = Declarations("network")
    var identities = Declarations("identity")
    var windows = Declarations("window")
    var signatures = Declarations("signature")
    /// The declared ports, each with the `mode` of its file.
    var portNodes: [(node: YAMLNode, mode: YAMLNode?)] = []
    var testNodes: [YAMLNode] = []

    /// The addresses of the networks and identities that could be read.
    var networkSets: [String: AddressSet] = [:]
    var proofs: [String: IdentityProof] = [:]
    /// Intervals that rules expand to so far.
    var intervals = 0
    /// The addresses of list files read, by path; nil for one that could not be read.
    var listFiles: [String: AddressSet?] = [:]
    /// The list files in the order of reading.
    var lists: [ListFile] = []

    init(
        reader: SourceReader, zones: ZoneDatabase, limits: LoadLimits, findings: Findings, sources: SourceMap,
        folders: [UInt32: String], totalBytes: Int, keepsLists: Bool
    ) {
        self.reader = reader
        self.zones = zones
        self.limits = limits
        self.findings = findings
        self.sources = sources
        self.folders = folders
        self.totalBytes = totalBytes
        self.keepsLists = keepsLists
        everyFileWasRead = findings.all.allSatisfy { !$0.code.hasPrefix("PG00") && !$0.code.hasPrefix("PG02") }
    }

    /// Takes in the declarations of one file.
    mutating func gather(_ root: YAMLNode) {
        if case .mapping = root.content {} else { everyFileWasRead = false }
        for entry in root.entries {
            guard let key = entry.key.text else { continue }
            let value = entry.value
            if key == "name" { nameIsWritten = true }
            switch key {
            case "name", "owner": settle(key, value)
            case "networks": gather(value, into: \.networks)
            case "identities": gather(value, into: \.identities)
            case "windows": gather(value, into: \.windows)
            case "signatures": gather(value, into: \.signatures)
            case "ports": portNodes += value.items.map { ($0, root["mode"]) }
            case "tests": testNodes += value.items
            case "defaults":
                for entry in value.entries { settle("defaults." + (entry.key.text ?? ""), entry.value) }
            default: continue
            }
        }
    }

    private mutating func settle(_ key: String, _ node: YAMLNode) {
        guard let text = node.text else { return }
        guard let first = settings[key] else {
            settings[key] = Setting(text: text, span: node.span)
            return
        }
        if first.text != text {
            findings.add(.conflict(key, text, at: node.span, first: first.text, firstSpan: first.span))
        }
    }

    private mutating func gather(_ node: YAMLNode, into section: WritableKeyPath<PolicyBuilder, Declarations>) {
        for entry in node.entries {
            guard let text = entry.key.text, let name = Name(text) else { continue }
            if let finding = self[keyPath: section].add(name, at: entry.key.span, entry.value) { findings.add(finding) }
        }
    }

    /// Reads everything that was gathered and makes the policy, unless something is wrong.
    mutating func finish(files: [UInt32]) -> LoadResult {
        let networks = readNetworks()
        let identities = readIdentities()
        let windows = readWindows()
        let signatures = readSignatures()
        let ports = readPorts()
        let tests = readTests(of: ports)
        let defaults = readDefaults()
        let name = settings["name"]
        if !nameIsWritten, let first = files.first, everyFileWasRead {
            findings.add(.unnamedPolicy(at: SourceSpan(file: first, line: 1, column: 1)))
        }
        let policy: Policy? =
            if findings.haveErrors { nil } else {
                Policy(
                    version: 1, name: name?.text ?? "", owner: settings["owner"]?.text, networks: networks,
                    identities: identities, windows: windows, ports: ports, signatures: signatures,
                    defaults: defaults, tests: tests, sources: sources, digest: digest(files: files))
            }
        return LoadResult(policy: policy, diagnostics: findings.sorted(), sources: sources, lists: lists)
    }

    /// Returns the digest of what was read: SHA-256 over the ASCII lines `portgate policy 1`, then for each policy file in
    /// the order of reading `policy LENGTH HEX`, then for each list file in the order of its first use `list LENGTH HEX`, each
    /// ended by a newline; LENGTH is the file's size in bytes, HEX the lowercase SHA-256 of its bytes.
    ///
    /// Paths are left out: a policy keeps its digest when it is copied elsewhere.
    private func digest(files: [UInt32]) -> String {
        var text = "portgate policy 1\n"
        for index in files {
            let bytes = sources.files[Int(index)].bytes
            text += "policy \(bytes.count) \(Digest.hex(of: bytes))\n"
        }
        for list in lists { text += "list \(list.size) \(list.digest)\n" }
        return Digest.hex(of: Array(text.utf8))
    }
}
