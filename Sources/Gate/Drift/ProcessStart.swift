import Host
import Policy

/// Since when processes run.
enum ProcessStart {
    /// Returns the moment a process started, by the host's clock; nil when it is gone.
    static func moment(of process: Int32) -> Instant? {
        guard let bytes = read("/proc/\(process)/stat"), let ticks = ticks(inStat: bytes),
            let booted = read("/proc/stat").flatMap({ bootSeconds(inStat: $0) })
        else { return nil }
        let since = Int64(clamping: ticks).multipliedReportingOverflow(by: BootClock.tick).partialValue / 1_000_000_000
        return Instant(seconds: booted).advanced(bySeconds: since)
    }

    /// Reads the line `btime SECONDS` of /proc/stat.
    static func bootSeconds(inStat bytes: [UInt8]) -> Int64? {
        for line in bytes.split(separator: 0x0a) where line.starts(with: Array("btime ".utf8)) {
            return Int64(String(decoding: line.dropFirst(6), as: UTF8.self))
        }
        return nil
    }

    private static func read(_ path: String) -> [UInt8]? {
        do throws(SystemError) { return try StateFile.read(path, limit: 1 << 20) } catch { return nil }
    }

    /// Reads field 22 of /proc/PID/stat, in ticks from the boot. Field 2 is a name in parentheses that may hold anything.
    static func ticks(inStat bytes: [UInt8]) -> UInt64? {
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = bytes[(end + 1)...].split(separator: 0x20)
        return fields.count > 19 ? UInt64(String(decoding: fields[19], as: UTF8.self)) : nil
    }
}
