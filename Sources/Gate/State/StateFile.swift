import Glibc

/// Files of the gate's state: written whole or not at all, and read with suspicion. All are 0600 in folders of 0700.
enum StateFile {
    /// Opens, retrying what a signal interrupts. Never follows a link.
    private static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) -> Int32 {
        while true {
            let descriptor = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode)
            if descriptor >= 0 || errno != EINTR { return descriptor }
        }
    }

    /// Reads a regular file of at most `limit` bytes; nil when nothing is there. When `isOurs`, it must belong to this user or
    /// root, and nobody else may write to it: what is read becomes the kernel's rules.
    static func read(_ path: String, limit: Int, isOurs: Bool = false) throws(SystemError) -> [UInt8]? {
        // O_NONBLOCK: a pipe put in the file's place must not hold us up.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK)
        guard descriptor >= 0 else {
            let error = SystemError("read \(path)")
            if error.code == ENOENT { return nil }
            throw error
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError("read \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError("read \(path)", code: EINVAL) }
        guard !isOurs || Self.isOurs(status) else {
            throw SystemError("read \(path), which others own or may write to", code: EPERM)
        }
        guard status.st_size <= limit else { throw SystemError("read \(path)", code: EFBIG) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(clamping: status.st_size))
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                let error = SystemError("read \(path)")
                if error.code == EINTR { continue }
                throw error
            }
            guard bytes.count + count <= limit else { throw SystemError("read \(path)", code: EFBIG) }
            bytes += buffer[0..<count]
        }
    }

    /// How a file stands to what is to be in it.
    enum Likeness: Hashable {
        /// Nothing is there.
        case absent
        /// It holds just that, belongs to this user or root, and nobody else may write to it.
        case same
        /// Anything else, also what cannot be read or is no file.
        case other
    }

    /// Compares a file with bytes without reading it whole.
    static func compare(_ path: String, _ bytes: [UInt8]) -> Likeness {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK)
        guard descriptor >= 0 else { return errno == ENOENT ? .absent : .other }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, isOurs(status),
            status.st_size == bytes.count
        else { return .other }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var done = 0
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 && done == bytes.count ? .same : .other }
            guard count <= bytes.count - done else { return .other }
            let isAlike = bytes.withUnsafeBytes { bytes in
                bytes.baseAddress.map { memcmp($0 + done, buffer, count) == 0 } ?? false
            }
            guard isAlike else { return .other }
            done += count
        }
    }

    /// Whether a file belongs to this user or root and nobody else may write to it.
    private static func isOurs(_ status: stat) -> Bool {
        [geteuid(), 0].contains(status.st_uid) && status.st_mode & 0o022 == 0
    }

    /// Writes a file beside its place and makes it durable; ``settle(_:)`` puts it into its place.
    static func prepare(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
        let staged = path + ".new"
        let descriptor = open(staged, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemError("write \(staged)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError("write \(staged)") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError("write \(staged)", code: EINVAL) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if count < 0 {
                let error = SystemError("write \(staged)")
                if error.code == EINTR { continue }
                unlink(staged)
                throw error
            }
            done += count
        }
        guard fsync(descriptor) == 0 else { throw SystemError("fsync \(staged)") }
    }

    /// Puts a prepared file into its place, durably.
    static func settle(_ path: String) throws(SystemError) {
        guard rename(path + ".new", path) == 0 else { throw SystemError("rename \(path).new") }
        try synchronize(folderOf: path)
    }

    /// Writes a file whole, durably.
    static func write(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
        try prepare(path, bytes)
        try settle(path)
    }

    /// Removes a file, durably; nothing there is well.
    static func remove(_ path: String) throws(SystemError) {
        if unlink(path) != 0, errno != ENOENT { throw SystemError("remove \(path)") }
        try synchronize(folderOf: path)
    }

    /// Creates a folder of 0700; one that is there is well.
    static func makeFolder(_ path: String) throws(SystemError) {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw SystemError("create \(path)") }
    }

    /// Makes the names in the folder of a path durable.
    static func synchronize(folderOf path: String) throws(SystemError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        try synchronize(folder: folder.isEmpty ? "/" : folder)
    }

    /// Makes the names in a folder durable.
    static func synchronize(folder: String) throws(SystemError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw SystemError("open \(folder)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError("fsync \(folder)") }
    }

    /// Returns the names in a folder.
    static func names(in folder: String) throws(SystemError) -> [String] {
        guard let handle = opendir(folder) else { throw SystemError("list \(folder)") }
        defer { closedir(handle) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(handle) else {
                if errno != 0 { throw SystemError("list \(folder)") }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }
}
