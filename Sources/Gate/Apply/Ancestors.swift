import Glibc

/// The processes that this one descends from.
public enum Ancestors {
    static let deepest = 64

    /// Reads the environments of the ancestors that may be read, nearest first.
    public static func environments() -> [[UInt8]] {
        var found: [[UInt8]] = []
        var process = getppid()
        for _ in 0..<deepest where process > 0 {
            if let block = read("/proc/\(process)/environ") { found.append(block) }
            guard let parent = parent(of: process) else { break }
            process = parent
        }
        return found
    }

    static func read(_ path: String) -> [UInt8]? {
        do throws(SystemError) { return try StateFile.read(path, limit: 4 << 20) } catch { return nil }
    }

    /// Reads the fourth field of /proc/PID/stat.
    private static func parent(of process: pid_t) -> pid_t? {
        guard let stat = read("/proc/\(process)/stat"), let fields = fields(of: stat)?.rest, fields.count > 1 else {
            return nil
        }
        return pid_t(fields[1])
    }
}
