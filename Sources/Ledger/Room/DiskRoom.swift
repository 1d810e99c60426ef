import Glibc
import Host

/// How much room a file system has (statvfs(3)).
struct DiskRoom: Hashable, Sendable {
    /// Bytes that whoever is not root may still use.
    let free: Int64
    /// Bytes in all.
    let total: Int64

    /// Looks at the file system that holds a path; nil when it does not say.
    init?(of path: String) {
        var space = statvfs()
        guard !path.utf8.contains(0), statvfs(path, &space) == 0 else { return nil }
        let unit = UInt64(space.f_frsize)
        free = Int64(clamping: UInt64(space.f_bavail).multipliedReportingOverflow(by: unit).partialValue)
        total = Int64(clamping: UInt64(space.f_blocks).multipliedReportingOverflow(by: unit).partialValue)
    }
}

/// Below how much room the log says that the disk fills up.
public struct DiskMarks: Hashable, Sendable {
    /// Fewer free bytes are low.
    public var lowBytes: Int64
    /// Fewer free bytes are critical.
    public var criticalBytes: Int64

    /// Sets the marks; by default 1 GiB and 128 MiB.
    public init(lowBytes: Int64 = 1 << 30, criticalBytes: Int64 = 128 << 20) {
        self.lowBytes = lowBytes
        self.criticalBytes = criticalBytes
    }

    /// How full a disk is.
    enum Level: String, Sendable, Comparable {
        case enough
        case low
        case critical

        private var rank: Int {
            switch self {
            case .enough: 0
            case .low: 1
            case .critical: 2
            }
        }

        static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
    }

    /// The level after one; to go back a quarter more room than the mark is needed, so that one that lies at it is not told of again
    /// and again.
    func level(_ free: Int64, after level: Level) -> Level {
        func isBelow(_ mark: Int64, _ wasBelow: Bool) -> Bool {
            free < (wasBelow ? mark.addingReportingOverflow(mark / 4).partialValue : mark)
        }
        if isBelow(criticalBytes, level == .critical) { return .critical }
        return isBelow(lowBytes, level != .enough) ? .low : .enough
    }
}
