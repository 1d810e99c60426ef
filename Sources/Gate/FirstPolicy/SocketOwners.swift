import Glibc

/// Finds the processes that hold sockets, by walking /proc. Processes come and go meanwhile: what is gone is left out.
enum SocketOwners {
    /// Returns an owner for each inode wanted that some process holds open; the process with the least number wins.
    static func find(_ inodes: Set<UInt32>) -> [UInt32: SocketOwner] {
        var found: [UInt32: SocketOwner] = [:]
        guard let names = names(in: "/proc") else { return [:] }
        for process in names.compactMap({ Int32($0) }).sorted() {
            if found.count == inodes.count { break }
            guard let descriptors = Self.names(in: "/proc/\(process)/fd") else { continue }
            for descriptor in descriptors {
                guard let inode = socketInode("/proc/\(process)/fd/\(descriptor)"), inodes.contains(inode),
                    found[inode] == nil
                else { continue }
                found[inode] = owner(process)
            }
        }
        return found
    }

    private static func names(in folder: String) -> [String]? {
        do throws(SystemError) { return try StateFile.names(in: folder) } catch { return nil }
    }

    /// Reads `socket:[12345]`.
    private static func socketInode(_ path: String) -> UInt32? {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        let text = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard text.hasPrefix("socket:["), text.hasSuffix("]") else { return nil }
        return UInt32(text.dropFirst(8).dropLast())
    }

    private static func owner(_ process: Int32) -> SocketOwner {
        let name = read("/proc/\(process)/comm").map(printable) ?? ""
        let command = read("/proc/\(process)/cmdline").map { printable($0.map { $0 == 0 ? 0x20 : $0 }) }
        let groups = read("/proc/\(process)/cgroup").map { String(decoding: $0, as: UTF8.self) }
        return SocketOwner(
            process: process, name: name, command: command.flatMap { $0.isEmpty ? nil : String($0.prefix(80)) },
            unit: groups.flatMap { unit(inCgroups: $0) })
    }

    /// Finds the unit in the lines of /proc/PID/cgroup: the last part of a path that ends in `.service`, `.socket` or
    /// `.scope`.
    static func unit(inCgroups text: String) -> String? {
        for line in text.split(separator: "\n") {
            let unit = line.split(separator: "/").last { part in
                [".service", ".socket", ".scope"].contains { part.hasSuffix($0) }
            }
            if let unit { return printable(Array(unit.utf8)) }
        }
        return nil
    }

    private static func read(_ path: String) -> [UInt8]? {
        do throws(SystemError) { return try StateFile.read(path, limit: 1 << 20) } catch { return nil }
    }

    /// Keeps what may stand in a comment: one line of printable ASCII.
    private static func printable(_ bytes: [UInt8]) -> String {
        var kept = bytes.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }
        // The line break that comm ends with.
        if bytes.last == 0x0a { kept.removeLast() }
        while kept.last == 0x20 { kept.removeLast() }
        return String(decoding: kept, as: UTF8.self)
    }
}
