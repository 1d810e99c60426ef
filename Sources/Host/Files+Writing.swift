internal import CLinux
import Glibc

extension Files {
    /// Replaces a file as a whole: readers see the old content or the new, never a part, also after a power failure.
    ///
    /// The bytes go to a temporary file in the same folder, which is made durable, renamed over `path`, and the folder is made
    /// durable. On any failure the old file is untouched and the temporary one removed. A symbolic link at `path` is replaced, not
    /// followed. `mode` is exact, whatever the umask.
    public static func writeAtomically(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o644) throws(HostError) {
        do throws(Errno) {
            try replace(path, bytes, mode)
        } catch {
            throw HostError("write", path, error)
        }
    }

    private static func replace(_ path: String, _ bytes: [UInt8], _ mode: UInt32) throws(Errno) {
        let folder = folder(of: path)
        let (temporary, number) = try temporaryFile(beside: path)
        let file = Descriptor(owning: number)
        do throws(Errno) {
            try file.write(bytes.span)
            _ = try retrying { Int(fchmod(file.number, mode)) }.get()
            try file.synchronize()
            _ = try retrying { Int(rename(temporary, path)) }.get()
        } catch {
            // The first error is the one to tell.
            _ = unlink(temporary)
            throw error
        }
        try Descriptor(opening: folder, O_RDONLY | O_DIRECTORY).synchronize()
    }

    /// Makes a new file beside a path, readable by its owner alone.
    private static func temporaryFile(beside path: String) throws(Errno) -> (path: String, number: Int32) {
        var random = SystemRandomNumberGenerator()
        var attempts = 0
        while true {
            let temporary = "\(path).\(String(random.next() as UInt64, radix: 36)).tmp"
            do throws(Errno) {
                return (temporary, try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600))
            } catch {
                attempts += 1
                guard error == .exists, attempts < 100 else { throw error }
            }
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
    }
}
