import Host

extension VerifierRun {
    /// Verifies one segment; false when nothing behind it can be proven.
    mutating func walk(
        _ segment: UInt64, _ parts: Set<SegmentPart>, isActive: Bool, _ contents: LedgerContents
    ) -> Bool {
        let name = SegmentPart.name(segment)
        guard segment >= tree.size else {
            return found(
                .chain, "segments/\(name)", "begins with leaf \(segment), which is in the segment before it")
        }
        guard segment == tree.size else {
            return found(
                .missing, "segments/\(SegmentPart.name(tree.size))", leaves: tree.size..<max(tree.size, segment),
                "the segment that begins with leaf \(tree.size) is missing; the next one begins with leaf \(segment)")
        }
        // One that is being sealed is read as it was, while that is there; what it is sealed with the log says only later.
        let isSealed = !Files.exists(folder.file(.lines, of: segment))
        let isDeleted = isSealed && parts.contains(.kept) && !Files.exists(folder.file(.sealedLines, of: segment))
        let wasSealed = !parts.contains(.lines)
        if wasSealed { checkManifest(segment, isDeleted: isDeleted) }
        guard let entries = checkpoints(segment, isActive ? contents.checkpointBytes : nil, isActive: isActive) else {
            return false
        }
        state.segment = segment
        state.lineBytes = 0
        state.checkpointBytes = 0
        newest = LedgerTime(microseconds: .min)
        if segment > 0 {
            state.segmentTime = state.time
            guard checkStart(segment) else { return false }
        }
        if isDeleted { return walkDeleted(segment, entries) }
        var lines: SegmentLines
        do throws(SegmentLines.Failure) {
            lines = try SegmentLines(folder, segment, isSealed: isSealed)
        } catch {
            return found(.missing, "segments/\(name)", leaves: segment..<(segment + 1), "\(words(error))")
        }
        if wasSealed, let hash = lines.compressedHash, !manifestNames(hash, .sealedLines, segment) {
            found(.altered, "segments/\(name)\(SegmentPart.sealedLines.rawValue)", "is not what the manifest names")
        }
        var walk = LineWalk(
            name: "segments/\(name)\(isSealed ? SegmentPart.sealedLines.rawValue : SegmentPart.lines.rawValue)",
            entries: entries)
        let limit = isActive ? contents.lineBytes : Int.max
        var isGood = true
        do throws(SegmentLines.Failure) {
            while isGood, walk.bytes < limit {
                guard try lines.next({ isGood = take($0, limit: limit, &walk) }) else { break }
            }
        } catch {
            return found(
                .altered, walk.name, line: walk.line, leaves: tree.size..<(tree.size + 1), "\(words(error))")
        }
        guard isGood else { return false }
        // The first segment's beginning is told by its own first leaf.
        if segment == 0, !checkStart(0) { return false }
        if let entry = walk.next {
            guard entry.checkpoint.size > tree.size else {
                return found(
                    .chain, "segments/\(name)\(SegmentPart.checkpoints.rawValue)",
                    "checkpoint \(entry.checkpoint.number) covers no new record")
            }
            return found(
                .missing, walk.name, line: walk.line, leaves: state.tree.size..<entry.checkpoint.size,
                "ends before leaf \(entry.checkpoint.size - 1), which checkpoint \(entry.checkpoint.number) covers")
        }
        if tree.size > state.tree.size || !lines.unfinished.isEmpty && walk.bytes < limit {
            found(
                isActive ? .unfinished : .altered, walk.name, line: walk.line,
                leaves: state.tree.size..<(tree.size + 1), "goes on behind what the last checkpoint covers")
            return false
        }
        ends[segment] = (tree.size, newest, tree.root)
        return true
    }

    private func words(_ failure: SegmentLines.Failure) -> String {
        switch failure {
        case .system(let error): "cannot be read: \(error.reason)"
        case .malformed(let reason): "cannot be decompressed: \(reason)"
        }
    }

    /// Reads the checkpoints of a segment; nil when they are not there.
    private mutating func checkpoints(_ segment: UInt64, _ limit: Int?, isActive: Bool) -> [CheckpointFile.Entry]? {
        let name = "segments/\(SegmentPart.name(segment))\(SegmentPart.checkpoints.rawValue)"
        let bytes: [UInt8]
        do throws(HostError) {
            bytes = try Files.readRegular(folder.file(.checkpoints, of: segment), limit: .max - 1)
        } catch {
            found(.missing, name, leaves: tree.size..<(tree.size + 1), "cannot be read: \(error.reason)")
            return nil
        }
        let file = CheckpointFile(limit.map { Array(bytes.prefix($0)) } ?? bytes)
        if file.end < min(bytes.count, limit ?? .max) {
            let next = file.entries.last.map { $0.checkpoint.number + 1 } ?? state.nextNumber
            found(
                isActive && file.isTorn ? .unfinished : .altered, name,
                "what stands at byte \(file.end), where checkpoint \(next) would be, is no checkpoint")
        }
        return file.entries
    }

    /// Compares what a segment's beginning says with what was computed.
    mutating func checkStart(_ segment: UInt64) -> Bool {
        let name = "segments/\(SegmentPart.name(segment))\(SegmentPart.start.rawValue)"
        var expected = state
        if segment == 0 {
            expected = LedgerTail(
                segment: 0, tree: MerkleFrontier(), nextNumber: 0, time: begun, epoch: 0, epochTime: begun,
                epochSeconds: state.epochSeconds)
        }
        guard let bytes = try? Files.readRegular(folder.file(.start, of: segment), limit: 10_000) else {
            return found(.missing, name, "is missing")
        }
        guard bytes == expected.text else { return found(.altered, name, "does not tell how the segment begins") }
        return true
    }

    /// Takes lines in, and checks each checkpoint when its last leaf is there.
    private mutating func take(_ block: UnsafeRawBufferPointer, limit: Int, _ walk: inout LineWalk) -> Bool {
        var place = 0
        while place < block.count, walk.bytes < limit {
            guard let end = block.lineEnd(from: place) else {
                return found(
                    .altered, walk.name, line: walk.line, leaves: tree.size..<(tree.size + 1), "ends within a line")
            }
            let line = UnsafeRawBufferPointer(rebasing: block[place..<end])
            guard take(line, walk) else { return false }
            walk.bytes += end + 1 - place
            walk.line += 1
            place = end + 1
            while let entry = walk.next, entry.checkpoint.size <= tree.size {
                guard check(entry, walk) else { return false }
                walk.entry += 1
                state.lineBytes = walk.bytes
            }
        }
        return true
    }

    private mutating func take(_ line: UnsafeRawBufferPointer, _ walk: LineWalk) -> Bool {
        let leaf = tree.size
        guard tree.append(MerkleHash(leaf: line)) else { return false }
        if tree.size >= verdict.roots.next { verdict.roots.pass(tree.size, tree.root) }
        guard hasBegun else { return begin(line, walk) }
        return LedgerLeaf.isOwn(line) ? minded(line, leaf, walk) : true
    }
}

/// Where in a segment a pass over it is.
struct LineWalk {
    let name: String
    let entries: [CheckpointFile.Entry]
    /// The checkpoint that comes next.
    var entry = 0
    /// The line that comes next, from 1.
    var line = 1
    /// Bytes taken in.
    var bytes = 0

    init(name: String, entries: [CheckpointFile.Entry]) {
        self.name = name
        self.entries = entries
    }

    var next: CheckpointFile.Entry? { entry < entries.count ? entries[entry] : nil }
}
