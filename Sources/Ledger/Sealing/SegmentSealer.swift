import Host
import JSON

/// Makes the sealed form of a segment that is no longer written to.
struct SegmentSealer {
    let folder: LedgerFolder
    let segment: UInt64

    /// Compresses the lines, writes the files beside them, and signs their hashes; returns the manifest.
    func seal(by signer: NoteSigner) throws(LedgerFailure) -> SegmentManifest {
        try folder.removeLeftovers(ofSealing: segment)
        let linePath = folder.file(.lines, of: segment)
        let lines = try onDisk { () throws(HostError) in try Files.readRegular(linePath, limit: .max - 1) }
        let (compressed, frames) = try compress(lines)
        try write(compressed, .sealedLines)
        try write(frames.text, .frames)
        var hashes: [MerkleHash] = []
        for part in SegmentManifest.parts {
            let bytes =
                switch part {
                case .sealedLines: compressed
                case .frames: frames.text
                default:
                    try onDisk { () throws(HostError) in
                        try Files.readRegular(folder.file(part, of: segment), limit: .max - 1)
                    }
                }
            hashes.append(MerkleHash(sha256: bytes))
        }
        let manifest = SegmentManifest(segment: segment, hashes: hashes)
        try write(manifest.text, .manifest)
        try write(SSHSignature(manifest.text, by: signer).armored, .signature)
        return manifest
    }

    private func write(_ bytes: [UInt8], _ part: SegmentPart) throws(LedgerFailure) {
        try onDisk { () throws(HostError) in
            try Files.writeAtomically(folder.file(part, of: segment), bytes, mode: 0o600)
        }
    }

    private func compress(_ lines: [UInt8]) throws(LedgerFailure) -> (bytes: [UInt8], frames: SegmentFrames) {
        let path = folder.file(.lines, of: segment)
        guard let compressor = Zstandard.Compressor(level: 3) else {
            throw .damaged(path: path, reason: "cannot be compressed: there is no memory")
        }
        var bytes: [UInt8] = []
        var frames = SegmentFrames()
        try lines.span.bytes.withUnsafeBytes { lines throws(LedgerFailure) in
            var (start, leaf, first) = (0, segment, segment)
            var tree = MerkleFrontier()
            var place = 0
            while place < lines.count {
                guard let end = lines.lineEnd(from: place) else {
                    throw .damaged(path: path, reason: "ends within a line")
                }
                tree.append(MerkleHash(leaf: UnsafeRawBufferPointer(rebasing: lines[place..<end])))
                place = end + 1
                leaf += 1
                guard leaf % SegmentFrames.leaves == 0 || place == lines.count else { continue }
                let held = UnsafeRawBufferPointer(rebasing: lines[start..<place])
                let offset = bytes.count
                do throws(Zstandard.Malformed) { try compressor.append(held, to: &bytes) } catch {
                    throw .damaged(path: path, reason: "cannot be compressed: \(error.reason)")
                }
                frames.frames.append(
                    SegmentFrames.Frame(
                        leaf: first, offset: offset, bytes: bytes.count - offset, lineBytes: held.count,
                        time: LedgerLeaf.time(of: held), root: tree.root))
                (start, first, tree) = (place, leaf, MerkleFrontier())
            }
        }
        return (bytes, frames)
    }
}

extension LedgerWriter {
    /// Seals the segments that are no longer written to, and records it. The recorder does so; it takes a while for each, in which
    /// nothing of the log is locked.
    ///
    /// - Parameter most: How many are sealed at most.
    /// - Returns: how many were sealed.
    @discardableResult
    public mutating func sealSegments(most: Int = .max) throws(LedgerFailure) -> Int {
        let segments = try folder.contents().segments.filter { $0.value.contains(.lines) }.keys.sorted()
        var count = 0
        // The last one is written to, by this writer or another.
        for segment in segments.dropLast() where count < most {
            let sealer = SegmentSealer(folder: folder, segment: segment)
            let manifest = try sealer.seal(by: key.signer)
            try append(
                LedgerLeaf(
                    clock(), LedgerAction.sealed,
                    [
                        "segment": .string(SegmentPart.name(segment)),
                        "manifest": .string(MerkleHash(sha256: manifest.text).description),
                    ]))
            try commit()
            try onDisk { () throws(HostError) in
                try Files.remove(folder.file(.lines, of: segment))
                try Files.synchronizeFolder(folder.segments)
            }
            count += 1
        }
        return count
    }
}
