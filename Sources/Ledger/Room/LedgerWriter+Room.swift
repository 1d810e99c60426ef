import Host
import JSON

/// What a writer knows of the room on its disk.
struct RoomWatch: Sendable {
    var reserve: DiskReserve?
    /// Whether the reserve was given up, and is to be made again.
    var isReleased = false
    var marks: DiskMarks?
    var level = DiskMarks.Level.enough
}

extension LedgerWriter {
    /// Keeps room for the day on which the disk is full, in a file beside the ledger's folder, and says in the log when it fills up.
    /// Whoever writes for long does so; nothing is thrown when there is no room for the reserve now.
    ///
    /// A commit for which there is no room gives the reserve up, records `disk-full`, and is tried once more. With room again the
    /// reserve is made again, and `disk-room` recorded. Below each of the marks `disk-low` is recorded once.
    ///
    /// - Parameter reserveBytes: How much is kept; nothing when it is not positive.
    public mutating func watchRoom(reserveBytes: Int = 1 << 20, marks: DiskMarks? = DiskMarks()) {
        room.marks = marks
        room.reserve = reserveBytes > 0 ? DiskReserve(path: folder.reserve, bytes: reserveBytes) : nil
        if let reserve = room.reserve { room.isReleased = !reserve.make() }
    }

    /// Adds a record to those that wait when the room went below a mark, or is enough again.
    mutating func tellOfRoom(at time: LedgerTime) throws(LedgerFailure) {
        guard let marks = room.marks, let space = DiskRoom(of: folder.path) else { return }
        let level = marks.level(space.free, after: room.level)
        guard level != room.level else { return }
        let isWorse = level > room.level
        if isWorse || level == .enough {
            try append(Self.leaf(isWorse ? "disk-low" : "disk-room", level, space, at: time))
        }
        // The waiting records stay when the commit fails: they say it once.
        room.level = level
    }

    private static func leaf(
        _ action: String, _ level: DiskMarks.Level?, _ space: DiskRoom, at time: LedgerTime
    ) -> LedgerLeaf {
        LedgerLeaf(
            time, action,
            [
                "level": level.map { .string($0.rawValue) }, "free_bytes": .number(space.free),
                "total_bytes": .number(space.total),
            ])
    }

    /// Gives the reserve up when a commit failed for want of room, and records that; whether another attempt may succeed.
    mutating func usesReserve(after failure: LedgerFailure) -> Bool {
        guard failure.isFullDisk, let reserve = room.reserve, let space = DiskRoom(of: folder.path), reserve.release()
        else { return false }
        room.isReleased = true
        do throws(LedgerFailure) {
            try underLock(at: clock()) { writer, time throws(LedgerFailure) in
                try writer.put(
                    LedgerLeaf(
                        time, "disk-full",
                        [
                            "free_bytes": .number(space.free), "total_bytes": .number(space.total),
                            "reserve_bytes": .number(Int64(clamping: reserve.bytes)),
                        ]
                    ).bytes, at: time)
            }
        } catch { return false }
        return true
    }

    /// Takes the reserve again when there is room for it and as much beside.
    mutating func remakeReserve() {
        guard room.isReleased, let reserve = room.reserve, let space = DiskRoom(of: folder.path),
            space.free >= Int64(clamping: reserve.bytes).multipliedReportingOverflow(by: 2).partialValue,
            reserve.make()
        else { return }
        room.isReleased = false
        let leaf = Self.leaf("disk-room", nil, space, at: clock())
        // It comes with the next commit.
        try? append(leaf)
    }

    /// Writes under the lock, where the log ends now.
    mutating func underLock(
        at time: LedgerTime, _ body: (inout LedgerWriter, LedgerTime) throws(LedgerFailure) -> Void
    ) throws(LedgerFailure) {
        try Self.lock(lockFile, folder, limits)
        defer { lockFile.unlock() }
        try takeUp()
        try keepToLimits(at: time)
        try body(&self, time)
    }
}
