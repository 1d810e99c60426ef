import Glibc

/// Names of accounts by their numbers.
enum Account {
    /// Returns the name of an account, from wherever the host takes its accounts; nil when it has none.
    static func name(_ number: UInt32) -> String? {
        var size = 4_096
        while size <= 1 << 20 {
            var space = [CChar](repeating: 0, count: size)
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            let code = getpwuid_r(number, &entry, &space, space.count, &found)
            if code == EINTR { continue }
            if code == ERANGE {
                size *= 2
                continue
            }
            guard code == 0, found != nil, let name = entry.pw_name else { return nil }
            return String(cString: name)
        }
        return nil
    }

    /// Returns the name of an account for people: its number when it has none.
    static func words(_ number: UInt32) -> String { name(number) ?? "uid \(number)" }
}
