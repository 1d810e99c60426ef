import Host
public import JSON

extension LedgerFolder {
    /// Begins a ledger: the first epoch's key, the first segment, and the first leaf, signed.
    ///
    /// - Parameters:
    ///   - origin: The log's unique name; by custom a host name and a path, without white space and plus sign.
    ///   - epochSeconds: For how many seconds a key signs, at least one.
    ///   - members: What else the first leaf says, such as the host.
    /// - Returns: the anchor: the public key from which every later one is proven. It belongs where who may change this host may not.
    public func create(
        origin: String, at time: LedgerTime = .now, epochSeconds: Int64 = 3_600,
        _ members: KeyValuePairs<String, JSONValue?> = [:]
    ) throws(LedgerFailure) -> NoteKey {
        let isPresent = try hasBegun()
        guard !isPresent, Files.exists(segments) || !Files.exists(anchor) else { throw .present(folder: path) }
        guard NoteKey.isName(origin), Checkpoint(origin: origin, size: 0, root: .empty) != nil, !origin.hasPrefix("—")
        else {
            throw .origin(origin)
        }
        let key = try EpochKey(number: 0, origin: origin)
        try onDisk { () throws(HostError) in
            for folder in [path, keys, segments] { try Files.makeFolder(folder) }
        }
        try removeLeftovers()
        try key.write(currentKey)
        try makeSegment(
            LedgerTail(
                segment: 0, tree: MerkleFrontier(), nextNumber: 0, time: time, epoch: 0, epochTime: time,
                epochSeconds: max(1, epochSeconds)))
        // By its first record the ledger exists; what was made before without one is made again.
        try onDisk { () throws(HostError) in
            try Files.writeAtomically(anchor, Array("\(key.signer.key)\n".utf8), mode: 0o600)
        }
        var writer = try LedgerWriter.open(self, limits: LedgerLimits(), isBeginning: true, clock: { time })
        let identity: KeyValuePairs<String, JSONValue?> = [
            "version": .number(1), "origin": .string(origin), "key": .string(key.signer.key.description),
            "epoch_seconds": .number(max(1, epochSeconds)),
        ]
        var leaf = LedgerLeaf(time, LedgerAction.created, identity)
        leaf = LedgerLeaf(
            time: time, action: leaf.action, members: leaf.members + LedgerLeaf(time, "", members).members)
        try writer.append(leaf)
        try writer.commit()
        return key.signer.key
    }

    /// Whether there is more than what the beginning of a ledger leaves that was interrupted: at most the first line, and no
    /// checkpoint over it.
    func hasBegun() throws(LedgerFailure) -> Bool {
        guard Files.exists(segments) else { return false }
        let segments = try contents().segments
        guard segments.allSatisfy({ $0 == 0 && $1.isSubset(of: [.start, .checkpoints, .lines]) }), !Files.exists(torn)
        else { return true }
        let parts = segments[0] ?? []
        if parts.contains(.checkpoints), try lastCheckpoint(of: 0) != nil { return true }
        guard parts.contains(.lines) else { return false }
        let lines = try read(.lines, of: 0)
        return lines.withUnsafeBytes { $0.lineCount > 1 }
    }

    /// The key that the ledger begins with, as its own folder tells it.
    public func anchorKey() throws(LedgerFailure) -> NoteKey { try readAnchor() }
}
