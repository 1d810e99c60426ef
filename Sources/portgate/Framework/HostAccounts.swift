import Compiler
import Glibc
import Host

/// Numbers of users and groups, by the host's own account database or by files in the format of passwd(5) and group(5).
enum HostAccounts {
    /// The accounts of this host, from wherever its name service takes them.
    static let database = AccountDatabase(user: userNumber, group: groupNumber)

    /// A database in which a file stands for the host where one is given.
    static func database(passwd: String?, group: String?) throws(HostError) -> AccountDatabase {
        let users = try passwd.map { path throws(HostError) in numbers(try Files.read(path)) }
        let groups = try group.map { path throws(HostError) in numbers(try Files.read(path)) }
        return AccountDatabase(
            user: { name in users.map { $0[name] } ?? userNumber(name) },
            group: { name in groups.map { $0[name] } ?? groupNumber(name) })
    }

    /// The database of a command's --passwd and --group; an unreadable file is a usage error.
    static func database(of files: AccountFiles) throws(CommandFailure) -> AccountDatabase {
        do throws(HostError) {
            return try database(passwd: files.passwd, group: files.group)
        } catch {
            throw CommandFailure(.usage, error.description)
        }
    }

    /// Reads `name:password:number:…` lines. The first line of a name counts, as for the C library.
    static func numbers(_ bytes: [UInt8]) -> [String: UInt32] {
        var found: [String: UInt32] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 3, omittingEmptySubsequences: false)
            guard fields.count >= 3, !fields[0].isEmpty, fields[0].first != UInt8(ascii: "#"),
                let number = UInt32(String(decoding: fields[2], as: UTF8.self))
            else { continue }
            let name = String(decoding: fields[0], as: UTF8.self)
            if found[name] == nil { found[name] = number }
        }
        return found
    }

    private static func userNumber(_ name: String) -> UInt32? {
        grow { buffer, size in
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            let code = getpwnam_r(name, &entry, buffer, size, &found)
            return (code, found == nil ? nil : entry.pw_uid)
        }
    }

    private static func groupNumber(_ name: String) -> UInt32? {
        grow { buffer, size in
            var entry = Glibc.group()
            var found: UnsafeMutablePointer<Glibc.group>?
            let code = getgrnam_r(name, &entry, buffer, size, &found)
            return (code, found == nil ? nil : entry.gr_gid)
        }
    }

    /// Calls with a buffer that is doubled, up to 1 MiB, as long as it is too small.
    private static func grow(
        _ call: (_ buffer: UnsafeMutablePointer<CChar>, _ size: Int) -> (code: Int32, number: UInt32?)
    ) -> UInt32? {
        var size = 4_096
        while size <= 1 << 20 {
            var space = [CChar](repeating: 0, count: size)
            let (code, number) = space.withUnsafeMutableBufferPointer { space in
                space.baseAddress.map { call($0, space.count) } ?? (ENOMEM, nil)
            }
            if code == EINTR { continue }
            if code != ERANGE { return code == 0 ? number : nil }
            size *= 2
        }
        return nil
    }
}

/// The files that stand for the host's accounts.
struct AccountFiles {
    /// Users, in the format of passwd(5).
    var passwd: String?
    /// Groups, in the format of group(5).
    var group: String?
}

extension CommandOption {
    /// `--passwd FILE` and `--group FILE`.
    static func accounts(_ set: @escaping @Sendable (inout Settings, (inout AccountFiles) -> Void) -> Void) -> [Self] {
        [
            .value("passwd", "FILE", completion: .paths, help: "take users from FILE, in the format of /etc/passwd") {
                settings, path in set(&settings) { $0.passwd = path }
            },
            .value("group", "FILE", completion: .paths, help: "take groups from FILE, in the format of /etc/group") {
                settings, path in set(&settings) { $0.group = path }
            },
        ]
    }
}
