import Glibc

/// Why a file could not be read.
enum ReadFailure: Error, Hashable {
    /// The system said no.
    case system(Errno)
    /// A folder, a device or a socket.
    case notAFile
    /// As that, or a pipe.
    case notRegular
    /// More bytes than allowed.
    case tooLarge(limit: Int)
}

/// Reading whole files without trusting their size.
enum BoundedReading {
    /// Reads a regular file or a named pipe. Waits for a pipe's writer, as every reader does.
    static func read(_ path: String, limit: Int) throws(ReadFailure) -> [UInt8] {
        // A look before opening, for opening a device can have effects; what was opened is looked at again.
        let number: Int32
        let kind: Descriptor.Kind
        do throws(Errno) { kind = try Files.kind(of: path) } catch { throw .system(error) }
        guard kind.holdsText else { throw .notAFile }
        do throws(Errno) {
            number = try Descriptor.open(path, O_RDONLY | O_NOCTTY)
        } catch {
            throw .system(error)
        }
        return try read(Descriptor(owning: number), limit: limit, onlyFiles: true)
    }

    /// Reads a regular file that stands at the path itself: no link is followed, and no pipe waited for.
    static func readRegular(_ path: String, limit: Int) throws(ReadFailure) -> [UInt8] {
        let number: Int32
        let kind: Descriptor.Kind
        do throws(Errno) {
            number = try Descriptor.open(path, O_RDONLY | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK)
        } catch {
            throw .system(error)
        }
        let descriptor = Descriptor(owning: number)
        do throws(Errno) { kind = try descriptor.kind() } catch { throw .system(error) }
        guard case .file = kind else { throw .notRegular }
        return try read(descriptor, limit: limit)
    }

    /// Reads standard input, whatever it is connected to.
    static func standardInput(_ limit: Int) throws(ReadFailure) -> [UInt8] {
        try read(Descriptor(lending: STDIN_FILENO), limit: limit)
    }

    /// Reads an open descriptor to its end.
    static func read(
        _ descriptor: borrowing Descriptor, limit: Int, onlyFiles: Bool = false
    ) throws(ReadFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        let kind: Descriptor.Kind
        do throws(Errno) { kind = try descriptor.kind() } catch { throw .system(error) }
        if onlyFiles, !kind.holdsText { throw .notAFile }
        let limit = min(max(limit, 0), Int.max - 1)
        if case .file(let size) = kind { bytes.reserveCapacity(min(size, limit) + 1) }
        while bytes.count <= limit {
            // One byte more than allowed tells a file that is too large from one that just fits.
            do throws(Errno) {
                if try descriptor.read(upTo: limit + 1 - bytes.count, into: &bytes) == 0 { return bytes }
            } catch {
                throw .system(error)
            }
        }
        throw .tooLarge(limit: limit)
    }
}

extension Descriptor.Kind {
    /// Whether it is a regular file or a pipe.
    fileprivate var holdsText: Bool {
        switch self {
        case .file, .pipe: true
        case .folder, .other: false
        }
    }
}

extension HostError {
    /// Creates an error of reading.
    init(reading subject: String, _ failure: ReadFailure) {
        switch failure {
        case .system(let errno):
            self.init("read", subject, errno)
        case .notAFile:
            self.init("read", subject, reason: "it is not a regular file or a pipe")
        case .notRegular:
            self.init("read", subject, reason: "it is not a regular file")
        case .tooLarge(let limit):
            self.init("read", subject, reason: "it is larger than \(limit) bytes")
        }
    }
}
