import Glibc
import Host

/// Appends records to a file, one a line, and opens it anew when it was renamed away (logrotate's way).
final class FileSink: Sink {
    private let path: String
    private var file: SharedDescriptor?
    private static let advice = "the sink needs a regular file that it may write, in a folder that exists"

    init(path: String) { self.path = path }

    var gathersConfirmations: Bool { false }

    func send(_ lines: UnsafeRawBufferPointer, first: UInt64, until deadline: Int64) throws(SinkFailure) {
        do throws(Errno) {
            if isRenamedAway { file = nil }
            let file: SharedDescriptor
            if let open = self.file { file = open } else { file = SharedDescriptor(try opened()) }
            self.file = file
            let size = try file.descriptor.size()
            do throws(Errno) {
                try Self.write(lines, to: file.descriptor)
            } catch {
                // On a full disk a part of a line would be left, and another one by each attempt.
                try? file.descriptor.truncate(to: size)
                throw error
            }
        } catch { throw SinkFailure("append to", path, error, advice: Self.advice) }
    }

    func confirm(until deadline: Int64) throws(SinkFailure) {
        do throws(Errno) { try file?.descriptor.synchronizeData() } catch {
            throw SinkFailure("make durable", path, error, advice: "look at the disk's errors: dmesg")
        }
    }

    func tend() -> Bool { false }

    func abandon() { file = nil }

    private var isRenamedAway: Bool {
        guard let file else { return false }
        guard let there = try? FileStamp(of: path), let ours = try? FileStamp(of: file.descriptor) else { return true }
        return !there.isSameFile(as: ours)
    }

    private func opened() throws(Errno) -> Descriptor {
        // Not waiting, so that a pipe in its place is noticed and not waited for.
        let flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK
        let file = try Descriptor(opening: path, flags, mode: 0o600)
        guard case .file(let size) = try file.kind() else { throw Errno(EINVAL) }
        // Its name must survive a power failure as its lines do.
        let parts = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
        try Descriptor(opening: parts.isEmpty ? "/" : parts, O_RDONLY | O_DIRECTORY).synchronize()
        var last: [UInt8] = []
        if size > 0 { try file.read(1, at: size - 1, into: &last) }
        // What a crash left of a line ends here; the whole line follows, for its cursor has not moved.
        if let byte = last.first, byte != UInt8(ascii: "\n") { try file.write([UInt8(ascii: "\n")].span) }
        return file
    }

    private static func write(_ lines: UnsafeRawBufferPointer, to file: borrowing Descriptor) throws(Errno) {
        let bytes = lines.bindMemory(to: UInt8.self)
        try file.write(Span(_unsafeElements: bytes))
    }
}
