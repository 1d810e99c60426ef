import Host

extension VerifierRun {
    /// Looks at what can only be judged when the whole log was read.
    mutating func finish(_ contents: LedgerContents, leastDays: Int? = nil, now: LedgerTime?) {
        if tree.size == 0, verdict.findings.isEmpty { found(.absent, "", "the log is empty") }
        verdict.isRecording = life?.isRecording
        checkMemory()
        // What could not be read to its end says nothing about the rest.
        guard verdict.findings.isEmpty else { return }
        checkDeleted(contents, leastDays)
        checkSealed(contents)
        checkTorn(contents)
        checkKey(contents)
        checkSilence(now)
    }

    private mutating func checkMemory() {
        if let memory { compare(with: memory, "when it was last looked at") }
        for known in witnessed { compare(with: known.state, "when \(known.witness) signed it") }
    }

    /// Compares what somebody knows the log to have been with what it is.
    private mutating func compare(with known: LedgerVerifier.Memory, _ when: String) {
        // What is not signed may be what a crash left, and may be what somebody left who took the signature away.
        let isWhole = verdict.findings.allSatisfy { $0.kind == .unfinished || $0.kind == .rolledBack }
        let size = isWhole ? verdict.provenSize ?? 0 : tree.size
        guard known.size <= size else {
            // Where something else is wrong, it says itself where the proof ends.
            guard isWhole else { return }
            found(
                .rolledBack, "", leaves: size..<known.size, "the log has \(size) records, and had \(known.size) \(when)"
            )
            return
        }
        let root = verdict.roots.roots[known.size]
        // Only the sizes of checkpoints are known among records that were deleted.
        let isDeleted = ends.contains { deleted[$0.key] != nil && ($0.key..<$0.value.end).contains(known.size) }
        guard root != nil || !isDeleted else {
            found(
                .rolledBack, "", leaves: 0..<known.size,
                "what the log was when it had \(known.size) records cannot be compared: no checkpoint has that size, and the records were deleted"
            )
            return
        }
        guard root == known.root else {
            found(
                .rolledBack, "", leaves: 0..<known.size,
                "the first \(known.size) records are not those that the log had \(when)")
            return
        }
    }

    // MARK: - Sealed segments

    /// Reads the manifest of a sealed segment and checks the files that it names, but for the lines. The index of deleted lines may be
    /// gone too.
    mutating func checkManifest(_ segment: UInt64, isDeleted: Bool) {
        let name = SegmentPart.name(segment)
        let path = "segments/\(name)\(SegmentPart.manifest.rawValue)"
        guard let bytes = try? Files.readRegular(folder.file(.manifest, of: segment), limit: 10_000),
            let manifest = SegmentManifest(bytes, of: segment)
        else {
            found(.missing, path, "is missing, or is no manifest of the segment")
            return
        }
        guard let text = try? Files.readRegular(folder.file(.signature, of: segment), limit: 10_000),
            let signature = SSHSignature(text), signature.verifies(bytes)
        else {
            found(
                .signature, "segments/\(name)\(SegmentPart.signature.rawValue)",
                "is missing, or does not sign the manifest")
            return
        }
        manifests[name] = (MerkleHash(sha256: bytes), signature.publicKey)
        for (part, hash) in zip(SegmentManifest.parts, manifest.hashes) where part != .sealedLines {
            if isDeleted, part == .frames, !Files.exists(folder.file(part, of: segment)) { continue }
            guard let bytes = try? Files.readRegular(folder.file(part, of: segment), limit: .max - 1),
                MerkleHash(sha256: bytes) == hash
            else {
                found(.altered, "segments/\(name)\(part.rawValue)", "is missing, or not what the manifest names")
                continue
            }
        }
        sealedLines[name] = manifest.hashes[0]
    }

    /// Whether the manifest of a segment names a hash.
    func manifestNames(_ hash: MerkleHash, _ part: SegmentPart, _ segment: UInt64) -> Bool {
        sealedLines[SegmentPart.name(segment)] == hash
    }

    private mutating func checkSealed(_ contents: LedgerContents) {
        for (name, manifest) in manifests.sorted(by: { $0.key < $1.key }) {
            let file = "segments/\(name)\(SegmentPart.manifest.rawValue)"
            // The record of the sealing may be deleted itself; that of the deletion names the manifest too.
            let deletion = UInt64(name).flatMap { retained[$0] }.map {
                (hash: $0.leaf.manifest.description, keys: $0.keys)
            }
            guard let told = sealed[name] ?? deletion, told.hash == manifest.hash.description else {
                found(.altered, file, "is not the one that the log says the segment was sealed with")
                continue
            }
            guard verdict.epochKeys.prefix(told.keys).contains(where: { $0.publicKey == manifest.signer }) else {
                found(.signature, file, "is signed by a key that the log did not have when the segment was sealed")
                continue
            }
        }
        // While a segment is being sealed both forms are there; its lines alone are a substitute.
        for (name, told) in sealed.sorted(by: { $0.key < $1.key }) where manifests[name] == nil {
            guard let segment = UInt64(name), let parts = contents.segments[segment] else { continue }
            for part in SegmentManifest.sealing where !parts.contains(part) {
                found(
                    .missing, "segments/\(name)\(part.rawValue)",
                    "is missing, and the log says that the segment was sealed")
            }
            guard parts.contains(.manifest),
                let bytes = try? Files.readRegular(folder.file(.manifest, of: segment), limit: 10_000),
                MerkleHash(sha256: bytes).description != told.hash
            else { continue }
            found(
                .altered, "segments/\(name)\(SegmentPart.manifest.rawValue)",
                "is not the one that the log says the segment was sealed with")
        }
        // Files of a sealing that was not finished lie beside the lines; those of one that was may not.
        for (segment, parts) in contents.segments where !parts.contains(.lines) && !parts.contains(.sealedLines) {
            guard segment < tree.size, deleted[segment] == nil else { continue }
            found(.missing, "segments/\(SegmentPart.name(segment))", "has no lines")
        }
    }

    // MARK: - What crashes left

    private mutating func checkTorn(_ contents: LedgerContents) {
        for name in torn.sorted() {
            let path = "\(folder.torn)/\(name)"
            if tornAndDeleted.contains(name), !Files.exists(path), !Files.exists("\(path).pending") { continue }
            guard
                let bytes = (try? Files.readRegular(path, limit: .max - 1))
                    ?? (try? Files.readRegular("\(path).pending", limit: .max - 1)),
                name.hasSuffix("-\(MerkleHash(sha256: bytes))")
            else {
                found(.missing, "torn/\(name)", "was set aside after a crash, and is missing or not what it was")
                continue
            }
        }
        for name in contents.torn {
            let isPending = name.hasSuffix(".pending")
            let plain = isPending ? String(name.dropLast(8)) : name
            if !torn.contains(plain), !isPending {
                found(.foreign, "torn/\(name)", "the log does not know that it was set aside")
            }
        }
    }

    // MARK: - The present

    private mutating func checkKey(_ contents: LedgerContents) {
        guard contents.hasKeys else { return }
        // While the key is handed on, it is in the file of the next one; the next writer finishes that.
        guard contents.privateKeys.contains(where: { $0.number == state.epoch && $0.key == key }) else {
            found(
                .signature, "keys/current", "is missing, or not the key of epoch \(state.epoch), in which the log ends")
            return
        }
    }

    private mutating func checkSilence(_ now: LedgerTime?) {
        guard let now, let life, life.isRecording else { return }
        let gap = now.seconds(since: life.time)
        guard gap > LedgerVerifier.longestSilence else { return }
        found(
            .silence, "",
            "the recorder was last heard of at \(life.time), \(gap) s ago: it was killed and not started again, or the end of the log was cut off"
        )
    }
}
