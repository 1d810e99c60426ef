import Glibc

extension Files {
    /// Makes a folder that only its owner may look into; one that is there already is left as it is (`mkdir(2)`).
    public static func makeFolder(_ path: String) throws(HostError) {
        do throws(Errno) {
            guard !path.utf8.contains(0) else { throw .notFound }
            if case .failure(let error) = retrying({ Int(mkdir(path, 0o700)) }), error != .exists { throw error }
        } catch { throw HostError("create", path, error) }
    }

    /// Removes a file (`unlink(2)`); one that is not there is no error.
    public static func remove(_ path: String) throws(HostError) {
        do throws(Errno) {
            guard !path.utf8.contains(0) else { return }
            if case .failure(let error) = retrying({ Int(unlink(path)) }), error != .notFound { throw error }
        } catch { throw HostError("remove", path, error) }
    }

    /// Gives a file another name in the same file system, in place of what has that name (`rename(2)`).
    public static func move(_ old: String, to new: String) throws(HostError) {
        do throws(Errno) {
            guard !old.utf8.contains(0), !new.utf8.contains(0) else { throw .notFound }
            _ = try retrying { Int(rename(old, new)) }.get()
        } catch { throw HostError("rename", old, error) }
    }

    /// Makes what was created, renamed and removed in a folder survive a power failure (`fsync(2)`).
    public static func synchronizeFolder(_ path: String) throws(HostError) {
        do throws(Errno) {
            try Descriptor(opening: path, O_RDONLY | O_DIRECTORY).synchronize()
        } catch { throw HostError("make durable", path, error) }
    }

    /// Whether something stands at a path.
    public static func exists(_ path: String) -> Bool { (try? kind(of: path)) != nil }
}
