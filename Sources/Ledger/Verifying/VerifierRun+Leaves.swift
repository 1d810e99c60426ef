import JSON

extension VerifierRun {
    /// Takes the first leaf: it says which log this is, by which key it begins, and for how long a key signs.
    mutating func begin(_ line: UnsafeRawBufferPointer, _ walk: LineWalk) -> Bool {
        guard let leaf = LedgerLeaf(line), leaf.action == LedgerAction.created,
            leaf["origin"]?.text == anchor.name, leaf["key"]?.text == anchor.description,
            let seconds = leaf["epoch_seconds"]?.integer, seconds > 0
        else {
            return found(
                .altered, walk.name, line: 1, leaves: 0..<1, "the first record does not begin the log of \(anchor)")
        }
        hasBegun = true
        begun = leaf.time
        state.time = leaf.time
        state.segmentTime = leaf.time
        state.epochTime = leaf.time
        state.epochSeconds = seconds
        return true
    }

    /// Takes a leaf that says something about the log itself.
    mutating func minded(_ line: UnsafeRawBufferPointer, _ index: UInt64, _ walk: LineWalk) -> Bool {
        let here = index..<(index + 1)
        guard let leaf = LedgerLeaf(line) else {
            return found(.altered, walk.name, line: walk.line, leaves: here, "is no record that portgate writes")
        }
        switch leaf.action {
        case LedgerAction.keyRotation:
            guard let key = leaf["key"]?.text.flatMap({ NoteKey($0) }), key.name == anchor.name,
                leaf["epoch"]?.integer == Int64(clamping: state.epoch + 1)
            else {
                return found(
                    .signature, walk.name, line: walk.line, leaves: here, "hands on no key of epoch \(state.epoch + 1)")
            }
            let clockWas = leaf["clock_was"]?.text.flatMap { LedgerTime($0) }
            rotation = (index, state.epoch + 1, key, leaf.time, clockWas)
        case LedgerAction.sealed:
            if let segment = leaf["segment"]?.text, let hash = leaf["manifest"]?.text {
                sealed[segment] = (hash, verdict.epochKeys.count)
            }
        case LedgerAction.tornTail:
            if let file = leaf["file"]?.text { torn.insert(file) }
        case LedgerAction.retention:
            guard let retention = RetentionLeaf(leaf) else {
                return found(
                    .altered, walk.name, line: walk.line, leaves: here, "does not say which records were deleted")
            }
            retentions.append((retention, leaf.time))
        case LedgerAction.started, LedgerAction.heartbeat, LedgerAction.stopped:
            return live(leaf, here, walk)
        default:
            return found(.altered, walk.name, line: walk.line, leaves: here, "begins a log within a log")
        }
        return true
    }

    /// Follows a recorder from its start to its stop.
    private mutating func live(_ leaf: LedgerLeaf, _ here: Range<UInt64>, _ walk: LineWalk) -> Bool {
        guard let boot = leaf["boot_id"]?.text, let uptime = leaf["uptime_us"]?.integer, uptime >= 0
        else {
            return found(
                .altered, walk.name, line: walk.line, leaves: here, "does not say the boot and the time since it")
        }
        let now = SignOfLife(
            time: leaf.time, boot: boot, uptime: uptime, isRecording: leaf.action != LedgerAction.stopped)
        if leaf.action == LedgerAction.started {
            if let life { verdict.silences.append(min(life.time, now.time)...max(life.time, now.time)) }
        } else {
            guard let life, life.isRecording, life.boot == boot else {
                return found(
                    .silence, walk.name, line: walk.line, leaves: here,
                    "a recorder tells of itself that the log does not know to have started")
            }
            // What came late says so itself: the disk was full, or the machine stood still.
            let gap = max(0, uptime - life.uptime) / 1_000_000
            if gap > LedgerVerifier.longestSilence {
                guard leaf["late_seconds"] != nil else {
                    return found(
                        .silence, walk.name, line: walk.line, leaves: here,
                        "nothing was heard of the recorder for \(gap) s, and nothing says why")
                }
                verdict.silences.append(min(life.time, now.time)...max(life.time, now.time))
            }
        }
        life = now
        return true
    }

    /// Takes the last sign of life of a segment whose records were deleted; those before it are not there to be followed.
    mutating func keepLife(_ leaf: LedgerLeaf, _ here: Range<UInt64>, _ walk: LineWalk) -> Bool {
        guard let boot = leaf["boot_id"]?.text, let uptime = leaf["uptime_us"]?.integer, uptime >= 0 else {
            return found(.altered, walk.name, leaves: here, "does not say the boot and the time since it")
        }
        life = SignOfLife(
            time: leaf.time, boot: boot, uptime: uptime, isRecording: leaf.action != LedgerAction.stopped)
        return true
    }

    /// Checks a checkpoint against what was computed.
    mutating func check(_ entry: CheckpointFile.Entry, _ walk: LineWalk) -> Bool {
        let checkpoint = entry.checkpoint
        let file = "segments/\(SegmentPart.name(state.segment))\(SegmentPart.checkpoints.rawValue)"
        let leaves = state.tree.size..<max(checkpoint.size, state.tree.size + 1)
        guard follows(checkpoint, file, leaves) else { return false }
        guard checkpoint.size == tree.size, checkpoint.size > state.tree.size else {
            return found(.chain, file, leaves: leaves, "checkpoint \(checkpoint.number) covers no new record")
        }
        guard checkpoint.root == tree.root else {
            let first = walk.line - Int(clamping: tree.size - state.tree.size)
            return found(
                .altered, walk.name, line: max(1, first), leaves: leaves,
                leaves.count == 1
                    ? "record \(leaves.lowerBound) is not what checkpoint \(checkpoint.number) was signed over"
                    : "records \(leaves.lowerBound) to \(leaves.upperBound - 1) are not what checkpoint \(checkpoint.number) was signed over"
            )
        }
        state.tree = tree
        return accept(entry, file, leaves)
    }

    /// Whether a checkpoint is the next one of the chain.
    mutating func follows(_ checkpoint: LedgerCheckpoint, _ file: String, _ leaves: Range<UInt64>) -> Bool {
        guard checkpoint.origin == anchor.name, checkpoint.number == state.nextNumber,
            checkpoint.previous == state.lastCheckpoint, checkpoint.epoch == state.epoch
        else {
            return found(
                .chain, file, leaves: leaves,
                "checkpoint \(checkpoint.number) does not follow checkpoint \(state.nextNumber) - 1 of this log")
        }
        return true
    }

    /// Takes a checkpoint whose root is the one of its leaves.
    mutating func accept(_ entry: CheckpointFile.Entry, _ file: String, _ leaves: Range<UInt64>) -> Bool {
        let checkpoint = entry.checkpoint
        guard checkTime(checkpoint, file, leaves), checkRetention(checkpoint, file) else { return false }
        state.nextNumber += 1
        state.lastCheckpoint = entry.hash
        state.time = checkpoint.time
        newest = max(newest, checkpoint.time)
        unverified = entry
        if let rotation { return take(rotation, entry, file, leaves) }
        return true
    }

    private mutating func checkTime(_ checkpoint: LedgerCheckpoint, _ file: String, _ leaves: Range<UInt64>) -> Bool {
        let time = checkpoint.time
        if let rotation {
            // A rotation is late when nothing was written for a while; it may go back when the clock did, and says so.
            let isRight =
                rotation.clockWas == nil ? time >= state.time : rotation.clockWas == state.time && time < state.time
            guard isRight, rotation.time == time else {
                return found(
                    .time, file, leaves: leaves,
                    "checkpoint \(checkpoint.number) is of \(time), after one of \(state.time)")
            }
            return true
        }
        guard time >= state.time else {
            return found(
                .time, file, leaves: leaves,
                "checkpoint \(checkpoint.number) is of \(time), after one of \(state.time), and no record says that the clock went back"
            )
        }
        guard time.seconds(since: state.epochTime) < state.epochSeconds else {
            return found(
                .time, file, leaves: leaves,
                "checkpoint \(checkpoint.number) is of \(time), when the key of epoch \(state.epoch) signed no more")
        }
        return true
    }

    /// Takes the next key, when both keys have signed the size at which it is handed on.
    private mutating func take(
        _ rotation: (leaf: UInt64, number: UInt64, key: NoteKey, time: LedgerTime, clockWas: LedgerTime?),
        _ entry: CheckpointFile.Entry, _ file: String, _ leaves: Range<UInt64>
    ) -> Bool {
        self.rotation = nil
        unverified = nil
        guard leaves.count == 1, rotation.leaf == leaves.lowerBound, isSigned(entry.note, by: [key, rotation.key])
        else {
            return found(
                .signature, file, leaves: leaves,
                "checkpoint \(entry.checkpoint.number), by which epoch \(rotation.number) begins, is not signed by the old and the new key"
            )
        }
        prove(entry.checkpoint)
        key = rotation.key
        verdict.epochKeys.append(rotation.key)
        state.epoch = rotation.number
        state.epochTime = rotation.time
        return true
    }
}
