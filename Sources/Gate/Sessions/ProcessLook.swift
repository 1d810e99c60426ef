import CLinux
import Glibc
import Policy

/// What can be seen of processes: a few calls, so that every way of pretending can be tried without it.
struct ProcessLook: Sendable {
    /// The four user numbers of a process: real, effective, saved, of the file system.
    typealias Users = [UInt32]

    /// Returns the parent of a process.
    var parent: @Sendable (_ process: pid_t) -> pid_t?
    /// Returns the users of a process.
    var users: @Sendable (_ process: pid_t) -> Users?
    /// Returns the path of the program a process runs, when root owns the file and nobody else may write to it.
    var program: @Sendable (_ process: pid_t) -> String?
    /// Returns the other end of the first connected TCP socket that a process holds; nil inside when it holds none, nil when
    /// it cannot be looked into.
    var peer: @Sendable (_ process: pid_t) -> IPAddress??

    /// The processes of this host. Looking into those of others needs CAP_SYS_PTRACE.
    static let host = ProcessLook(
        parent: { process in
            read("/proc/\(process)/status").flatMap { number("PPid:", in: $0).first }.flatMap { pid_t(exactly: $0) }
        },
        users: { process in
            let users = read("/proc/\(process)/status").map { number("Uid:", in: $0) } ?? []
            return users.count == 4 ? users : nil
        },
        program: programOwnedByRoot, peer: firstPeer)

    private static func read(_ path: String) -> [UInt8]? {
        do throws(SystemError) { return try StateFile.read(path, limit: 64 << 10) } catch { return nil }
    }

    /// Reads the numbers of a line of /proc/PID/status.
    static func number(_ key: String, in status: [UInt8]) -> [UInt32] {
        for line in status.split(separator: UInt8(ascii: "\n")) where line.starts(with: Array(key.utf8)) {
            return line.dropFirst(key.utf8.count).split { $0 == 0x20 || $0 == 0x09 }
                .compactMap { UInt32(String(decoding: $0, as: UTF8.self)) }
        }
        return []
    }

    private static func programOwnedByRoot(_ process: pid_t) -> String? {
        let link = "/proc/\(process)/exe"
        var status = stat()
        guard stat(link, &status) == 0, status.st_uid == 0, status.st_mode & 0o022 == 0 else { return nil }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        let path = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // What a running server was upgraded to has another file; it is the same server.
        return path.hasSuffix(" (deleted)") ? String(path.dropLast(10)) : path
    }

    /// Descriptors looked at, from 0: a server of OpenSSH has its connection among the first few.
    private static let descriptors: Int32 = 32

    private static func firstPeer(_ process: pid_t) -> IPAddress?? {
        let handle = portgate_pidfd_open(process)
        guard handle >= 0 else { return nil }
        defer { close(handle) }
        var bytes = [UInt8](repeating: 0, count: 16)
        for descriptor in 0..<descriptors {
            switch portgate_tcp_peer(handle, descriptor, &bytes) {
            case 4: return .some(.v4(IPv4Address(bits: UInt32(truncatingIfNeeded: number(bytes.prefix(4))))))
            case 6: return .some(address(number(bytes[...])))
            case 0: continue
            default: return nil
            }
        }
        return .some(nil)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt128 { bytes.reduce(0) { $0 << 8 | UInt128($1) } }

    /// Returns the address of 128 bits; one that stands for an IPv4 address is that.
    static func address(_ bits: UInt128) -> IPAddress {
        let address = IPv6Address(bits: bits)
        return address.isMapped ? .v4(IPv4Address(bits: UInt32(truncatingIfNeeded: bits))) : .v6(address)
    }
}
