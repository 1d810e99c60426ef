internal import CLinux
import Glibc

/// The unified hierarchy of cgroups (cgroup v2) as this process can see it.
struct ControlGroups: Hashable, Sendable {
    /// What is at a path.
    enum Look: Hashable, Sendable {
        /// A cgroup with this id, which the kernel gives to no other one before the next boot.
        case live(UInt64)
        /// None.
        case absent
        /// It cannot be told.
        case unknown(reason: String)
    }

    /// The folder of the root, or nil when no hierarchy was found.
    let root: String?

    /// Finds where the hierarchy is mounted. `ip netns exec` hides /sys from what it runs; then the first process's mounts
    /// show it, as long as both see the same cgroups.
    static func find() -> ControlGroups {
        if let own = mountPoint(in: "/proc/self/mountinfo") { return ControlGroups(root: own) }
        guard let mine = link("/proc/self/ns/cgroup"), mine == link("/proc/1/ns/cgroup"),
            let first = mountPoint(in: "/proc/1/mountinfo")
        else { return ControlGroups(root: nil) }
        return ControlGroups(root: "/proc/1/root" + first)
    }

    /// Looks at a path below the root.
    func look(at path: String) -> Look {
        guard let root else { return .unknown(reason: "no cgroup2 file system is mounted where portgate can see it") }
        let descriptor = open("\(root)/\(path)", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            return code == ENOENT || code == ENOTDIR || code == ENODEV
                ? .absent : .unknown(reason: SystemError.words(code))
        }
        defer { close(descriptor) }
        var status = stat()
        guard portgate_is_cgroup2(descriptor) == 1 else { return .unknown(reason: "another file system covers it") }
        guard fstat(descriptor, &status) == 0 else { return .unknown(reason: SystemError.words(errno)) }
        // The inode of a cgroup's folder is its id (kernfs).
        return .live(UInt64(status.st_ino))
    }

    // MARK: - Where it is mounted

    private static func mountPoint(in file: String) -> String? {
        do throws(SystemError) {
            return try StateFile.read(file, limit: 4 << 20).flatMap { mountPoint(in: $0) }
        } catch { return nil }
    }

    /// Finds the last mount of the hierarchy's root in a text in the format of mountinfo (proc(5)).
    static func mountPoint(in text: [UInt8]) -> String? {
        var found: String?
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "))
            guard let dash = fields.firstIndex(where: { $0.elementsEqual("-".utf8) }), dash >= 6,
                fields.count > dash + 1,
                fields[dash + 1].elementsEqual("cgroup2".utf8), fields[3].elementsEqual("/".utf8)
            else { continue }
            found = unescaped(fields[4])
        }
        return found
    }

    /// Turns `\040` back into a blank.
    private static func unescaped(_ field: ArraySlice<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            guard byte == UInt8(ascii: "\\"), digits.count == 3,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(value)
            rest = rest.dropFirst(3)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func link(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = readlink(path, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
