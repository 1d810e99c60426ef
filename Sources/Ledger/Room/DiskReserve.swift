import Glibc
import Host

/// Room that is kept for the day on which the disk is full: a file without content, of which every block is taken
/// (posix_fallocate(3)). Given up, it lets the log say that the disk is full, and go on for a while.
struct DiskReserve: Sendable {
    /// The file.
    let path: String
    /// How large it is.
    let bytes: Int

    /// Whether the room is taken.
    var isMade: Bool {
        let size = try? Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).size()
        return size.map { $0 >= bytes } ?? false
    }

    /// Takes the room; false when there is none, or the file system takes none beforehand.
    func make() -> Bool {
        if isMade { return true }
        guard let file = try? Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, mode: 0o600) else {
            return false
        }
        guard posix_fallocate(file.number, 0, off_t(bytes)) == 0 else {
            // A part of it would be no reserve, and take room all the same.
            try? file.truncate(to: 0)
            return false
        }
        return true
    }

    /// Gives the room up; false when there was none.
    func release() -> Bool {
        guard let file = try? Descriptor(opening: path, O_RDWR | O_NOFOLLOW | O_NONBLOCK),
            let size = try? file.size(), size > 0
        else { return false }
        return (try? file.truncate(to: 0)) != nil
    }
}

extension LedgerFailure {
    /// Whether there is no room on the disk, or none that the owner may use.
    var isFullDisk: Bool {
        guard case .system(let error) = self, let number = error.errno?.number else { return false }
        return number == ENOSPC || number == EDQUOT
    }
}
