import Host

/// Reads the records of a ledger, from the first on, whether their segments are sealed or not. It proves nothing.
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
        for segment in try folder.contents().segments.keys.sorted(by: >) {
            if let last = CheckpointFile.last(of: try folder.read(.checkpoints, of: segment)) {
                return last.checkpoint.size
            }
        }
        return 0
    }

    /// Hands over the records block by block: whole lines, each with its end, and the index of the first. The bytes last as long as
    /// the call. What is not committed is left out.
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
        var leaf = first
        for (index, segment) in segments.enumerated() {
            let next = index + 1 < segments.count ? segments[index + 1] : nil
            if case .leaf(let wanted) = start, let next, next <= wanted { continue }
            let isSealed = !Files.exists(folder.file(.lines, of: segment))
            let limit = segment == active ? try committedBytes(segment, contents) : Int.max
            leaf = segment
            var isWanted = true
            var read = 0
            var lines = try opened(segment, isSealed)
            if isSealed, let frame = frame(segment, start) {
                lines.skip(to: frame.offset)
                leaf = frame.leaf
            }
            while isWanted, read < limit {
                let isMore = try onLines(segment, isSealed) { () throws(SegmentLines.Failure) in
                    try lines.next { block in
                        let block = UnsafeRawBufferPointer(rebasing: block[..<min(block.count, limit - read)])
                        read += block.count
                        let (rest, at) = Self.from(start, block, leaf)
                        leaf += block.lineCount
                        if !rest.isEmpty { isWanted = body(rest, at) }
                    }
                }
                guard isMore else { break }
            }
            if !isWanted { return leaf }
        }
        return leaf
    }

    /// How many bytes of the segment that is written to the last checkpoint covers.
    private func committedBytes(_ segment: UInt64, _ contents: LedgerContents) throws(LedgerFailure) -> Int {
        let bytes = try folder.read(.checkpoints, of: segment)
        guard let last = CheckpointFile.last(of: bytes) else {
            // Nothing is committed yet, or the last one is torn: reading on would show what nobody has acknowledged.
            return bytes.isEmpty ? 0 : contents.lineBytes
        }
        guard contents.lineBytes > 0 else { return 0 }
        // A tip that fits the checkpoint says it without counting.
        if let bytes = try? Files.read(folder.tip, limit: 10_000), let tail = LedgerTail(bytes),
            tail.segment == segment,
            tail.tree.size == last.checkpoint.size
        {
            return min(tail.lineBytes, contents.lineBytes)
        }
        return contents.lineBytes
    }

    private func opened(_ segment: UInt64, _ isSealed: Bool) throws(LedgerFailure) -> SegmentLines {
        do throws(SegmentLines.Failure) { return try SegmentLines(folder, segment, isSealed: isSealed) } catch {
            throw failure(error, segment, isSealed)
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
        guard let bytes = try? Files.read(folder.file(.frames, of: segment), limit: .max - 1),
            let frames = SegmentFrames(bytes)
        else { return nil }
        switch start {
        case .leaf(let leaf): return frames.frames.last { $0.leaf <= leaf }
        case .time(let time): return frames.frames.last { $0.time.map { $0 < time } ?? false }
        }
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
