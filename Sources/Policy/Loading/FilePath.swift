/// Paths as texts: the loader never asks the file system what they mean.
enum FilePath {
    /// Returns the folder part of a path: everything before the last slash, or nothing.
    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Returns a path as seen from a folder; an absolute one stays as it is.
    static func join(_ folder: String, _ path: String) -> String {
        if folder.isEmpty || path.utf8.first == UInt8(ascii: "/") { return path }
        return folder.utf8.last == UInt8(ascii: "/") ? folder + path : folder + "/" + path
    }

    /// Returns a path without `.`, empty parts, and `..` behind a folder, so that one file has one spelling.
    static func normal(_ path: String) -> String {
        let absolute = path.utf8.first == UInt8(ascii: "/")
        var parts: [Substring] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !absolute {
                parts.append(part)
            }
        }
        let joined = parts.joined(separator: "/")
        if absolute { return "/" + joined }
        // A file of this name that a policy names is a file; only the command line means standard input by it.
        if joined == "-" { return "./-" }
        return joined.isEmpty ? "." : joined
    }
}
