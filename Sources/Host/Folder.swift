import Glibc

/// Folders (`opendir(3)`).
enum Folder {
    /// Returns the names in a folder in the order of their bytes, without `.` and `..`. Names that are not UTF-8 are left out.
    static func names(in path: String) throws(Errno) -> [String] {
        guard !path.utf8.contains(0) else { throw .notFound }
        guard let folder = opendir(path) else { throw .last }
        defer { closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else {
                let error = Errno.last
                guard error.number == 0 else { throw error }
                return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            if let name, name != ".", name != ".." { names.append(name) }
        }
    }
}
