extension PolicyBuilder {
    /// Reads a network whose addresses stand in a file.
    mutating func readListFile(of entry: Declarations.Entry) -> Network? {
        guard let node = entry.node["file"], let written = node.text, !written.isEmpty else { return nil }
        let path = FilePath.normal(FilePath.join(folders[node.span.file] ?? "", written))
        let addresses: AddressSet?
        if let known = listFiles[path] {
            addresses = known
        } else {
            addresses = readList(path, at: node.span)
            listFiles[path] = .some(addresses)
        }
        return addresses.map {
            Network(name: entry.name, span: entry.span, addresses: $0, entries: [], listFile: written)
        }
    }

    private mutating func readList(_ path: String, at span: SourceSpan) -> AddressSet? {
        switch reader.kind(path) {
        case .failure(let failure):
            findings.add(.unreadableFile(path, failure, at: span))
            return nil
        case .success(.folder), .success(.pipe):
            findings.add(.unreadableFile(path, .notAFile, at: span))
            return nil
        case .success(.file): break
        }
        guard totalBytes < limits.totalBytes else {
            findings.add(.tooManyBytes(limit: limits.totalBytes, at: span))
            return nil
        }
        switch reader.read(path, limits.listBytes) {
        case .failure(let failure):
            findings.add(.unreadableFile(path, failure, at: span))
            return nil
        case .success(let bytes):
            totalBytes += bytes.count
            lists.append(
                ListFile(
                    path: path, digest: Digest.hex(of: bytes), size: bytes.count, bytes: keepsLists ? bytes : nil))
            var found: [Diagnostic] = []
            let addresses = AddressListReader.read(
                bytes, path: path, limits: AddressListReader.Limits(bytes: limits.listBytes), sources: &sources,
                diagnostics: &found)
            for var finding in found {
                finding.notes.append(Diagnostic.Note("the policy names the list here", span: span))
                findings.add(finding)
            }
            return addresses
        }
    }
}
