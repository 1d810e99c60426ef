import Glibc

/// Files of this host. Nothing here opens a device, follows the environment, or reads without a bound.
public enum Files {
    /// The most that ``read(_:limit:)`` takes unless told otherwise: 64 MiB.
    public static let defaultLimit = 64 << 20

    /// Reads a whole regular file or named pipe of at most `limit` bytes. `-` is not special here.
    public static func read(_ path: String, limit: Int = defaultLimit) throws(HostError) -> [UInt8] {
        do throws(ReadFailure) {
            return try BoundedReading.read(path, limit: limit)
        } catch {
            throw HostError(reading: path, error)
        }
    }

    /// Reads a whole regular file of at most `limit` bytes that portgate itself wrote. Links are not followed and pipes not read,
    /// so that nothing that was put in its place keeps the reader waiting or leads it elsewhere.
    public static func readRegular(_ path: String, limit: Int = defaultLimit) throws(HostError) -> [UInt8] {
        do throws(ReadFailure) {
            return try BoundedReading.readRegular(path, limit: limit)
        } catch {
            throw HostError(reading: path, error)
        }
    }

    /// Reads standard input, whatever it is connected to, to its end; at most `limit` bytes.
    public static func readStandardInput(limit: Int = defaultLimit) throws(HostError) -> [UInt8] {
        do throws(ReadFailure) {
            return try BoundedReading.standardInput(limit)
        } catch {
            throw HostError(reading: "standard input", error)
        }
    }

    /// Returns the names in a folder in the order of their bytes, without `.` and `..`.
    public static func list(_ path: String) throws(HostError) -> [String] {
        do throws(Errno) {
            return try Folder.names(in: path)
        } catch {
            throw HostError("list", path, error)
        }
    }

    /// Tells what stands at a path (`stat(2)`: links are followed).
    static func kind(of path: String) throws(Errno) -> Descriptor.Kind {
        guard !path.utf8.contains(0) else { throw .notFound }
        var status = stat()
        _ = try retrying { Int(stat(path, &status)) }.get()
        return Descriptor.Kind(status)
    }
}
