import Glibc

/// The program that this process runs.
public enum RunningProgram {
    /// The path of its executable, by /proc/self/exe; nil when /proc is not there.
    public static var path: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let size = readlink("/proc/self/exe", &buffer, buffer.count)
        guard size > 0, size < buffer.count else { return nil }
        return String(decoding: buffer[..<size].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
