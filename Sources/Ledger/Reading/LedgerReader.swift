import Host

/// Reads the records of a ledger, from the first that is still there, whether their segments are sealed or not. It proves nothing.
public struct LedgerReader: Sendable {
    /// Where the ledger is.
    public let folder: LedgerFolder

    /// Prepares to read.
    public init(_ folder: LedgerFolder) { self.folder = folder }

    /// Where reading begins.
    public enum Start: Hashable, Sendable {
        /// At a leaf.
        case leaf(UInt64)
        /// At the first record that may be of this time or later; the clock of a host goes back at times, so look an hour before.
        case time(LedgerTime)
    }

    /// How many records the last checkpoint covers.
    public func size() throws(LedgerFailure) -> UInt64 {
        guard Files.exists(folder.path) else { throw .absent(folder: folder.path) }
        // One that a crash left without them is about to begin.
        let segments = try folder.contents().segments.filter { $0.value.contains(.checkpoints) }
        for segment in segments.keys.sorted(by: >) {
            if let last = try folder.lastCheckpoint(of: segment) { return last.checkpoint.size }
        }
        return 0
    }

    /// The index of the first record that is still there: 0 as long as none was deleted because its time was over.
    public func firstRecord() throws(LedgerFailure) -> UInt64 {
        guard Files.exists(folder.path) else { throw .absent(folder: folder.path) }
        let segments = try folder.contents().segments
        // What was set aside to be deleted in the midst of others is for the verifier to find.
        let first = segments.filter { !$0.value.isDisjoint(with: [.lines, .sealedLines]) }.keys.min()
        guard let first else { throw .absent(folder: folder.path) }
        return first
    }

    /// Hands over the records block by block: whole lines, each with its end, and the index of the first. The bytes last as long as
    /// the call. What is not committed is left out; what was deleted is passed over, see ``firstRecord()``.
    ///
    /// - Parameter body: Returns whether to go on.
    /// - Returns: the index of the leaf behind the last one read.
    @discardableResult
    public func blocks(
        from start: Start = .leaf(0), _ body: (UnsafeRawBufferPointer, UInt64) -> Bool
    ) throws(LedgerFailure) -> UInt64 {
        let contents = try folder.snapshot()
        let active = contents.segments.filter { $0.value.contains(.lines) }.keys.max()
        let segments = contents.segments.filter { !$0.value.isDisjoint(with: [.lines, .sealedLines]) }.keys.sorted()
        guard let first = segments.first else { throw .absent(folder: folder.path) }
        // What is behind the last checkpoint nobody has acknowledged.
        var committed: UInt64?
        if let active {
            let last = try folder.lastCheckpoint(of: active, limit: contents.checkpointBytes)
            committed = last?.checkpoint.size ?? active
        }
        if case .leaf(let wanted) = start, let committed, wanted >= committed { return committed }
        var leaf = first
        for (index, segment) in segments.enumerated() {
            let next = index + 1 < segments.count ? segments[index + 1] : nil
            if case .leaf(let wanted) = start, let next, next <= wanted { continue }
            var isSealed = !Files.exists(folder.file(.lines, of: segment))
            let limit = segment == active ? committed ?? .max : .max
            leaf = segment
            var isWanted = true
            if isSealed, isDeleted(segment) { continue }
            var lines = try opened(segment, &isSealed)
            if isSealed, let frame = frame(segment, start) {
                lines.skip(to: frame.offset)
                leaf = frame.leaf
            }
            while isWanted, leaf < limit {
                let isMore = try onLines(segment, isSealed) { () throws(SegmentLines.Failure) in
                    try lines.next { block in
                        let (block, count) = Self.upTo(limit, block, leaf)
                        let (rest, at) = Self.from(start, block, leaf)
                        leaf += count
                        if !rest.isEmpty { isWanted = body(rest, at) }
                    }
                }
                guard isMore else { break }
            }
            if !isWanted { return leaf }
        }
        return leaf
    }

    /// Whether the records of a segment were deleted since its files were listed.
    private func isDeleted(_ segment: UInt64) -> Bool {
        !Files.exists(folder.file(.sealedLines, of: segment)) && Files.exists(folder.file(.kept, of: segment))
    }

    /// Opens the lines of a segment; those that were sealed since it was looked for them, as they are now.
    private func opened(_ segment: UInt64, _ isSealed: inout Bool) throws(LedgerFailure) -> SegmentLines {
        do throws(SegmentLines.Failure) { return try SegmentLines(folder, segment, isSealed: isSealed) } catch {
            guard !isSealed, !Files.exists(folder.file(.lines, of: segment)) else {
                throw failure(error, segment, isSealed)
            }
        }
        isSealed = true
        do throws(SegmentLines.Failure) { return try SegmentLines(folder, segment, isSealed: true) } catch {
            throw failure(error, segment, true)
        }
    }

    private func onLines<Result>(
        _ segment: UInt64, _ isSealed: Bool, _ body: () throws(SegmentLines.Failure) -> Result
    ) throws(LedgerFailure) -> Result {
        do throws(SegmentLines.Failure) { return try body() } catch { throw failure(error, segment, isSealed) }
    }

    private func failure(_ error: SegmentLines.Failure, _ segment: UInt64, _ isSealed: Bool) -> LedgerFailure {
        switch error {
        case .system(let error): .system(error)
        case .malformed(let reason):
            .damaged(
                path: folder.file(isSealed ? .sealedLines : .lines, of: segment), reason: "cannot be read: \(reason)")
        }
    }

    /// The last frame of a sealed segment that begins before what is wanted.
    private func frame(_ segment: UInt64, _ start: Start) -> SegmentFrames.Frame? {
        if case .leaf(let leaf) = start, leaf <= segment { return nil }
        guard let bytes = try? Files.readRegular(folder.file(.frames, of: segment), limit: .max - 1),
            let frames = SegmentFrames(bytes)
        else { return nil }
        switch start {
        case .leaf(let leaf): return frames.frames.last { $0.leaf <= leaf }
        case .time(let time): return frames.frames.last { $0.time.map { $0 < time } ?? false }
        }
    }

    /// Leaves out the lines from a leaf on, and counts the others.
    private static func upTo(
        _ end: UInt64, _ block: UnsafeRawBufferPointer, _ leaf: UInt64
    ) -> (UnsafeRawBufferPointer, UInt64) {
        let count = block.lineCount
        guard count > end - leaf else { return (block, count) }
        var place = 0
        for _ in leaf..<end { place = block.lineEnd(from: place).map { $0 + 1 } ?? block.count }
        return (UnsafeRawBufferPointer(rebasing: block[..<place]), end - leaf)
    }

    /// Leaves out the lines before the leaf that is wanted.
    private static func from(
        _ start: Start, _ block: UnsafeRawBufferPointer, _ leaf: UInt64
    ) -> (UnsafeRawBufferPointer, UInt64) {
        guard case .leaf(let wanted) = start, wanted > leaf else { return (block, leaf) }
        var place = 0
        var leaf = leaf
        while leaf < wanted {
            guard let end = block.lineEnd(from: place) else {
                return (UnsafeRawBufferPointer(start: nil, count: 0), leaf)
            }
            place = end + 1
            leaf += 1
        }
        return (UnsafeRawBufferPointer(rebasing: block[place...]), leaf)
    }
}
