import Glibc
import Host

/// The file that keeps a sink's cursor, held by one process at a time. It is replaced as a whole, so no crash leaves half of it.
public struct CursorFile: ~Copyable {
    /// The file.
    public let path: String
    // Given back when the process ends, however it ends.
    private let lock: Descriptor

    /// Takes the cursor of a sink in a folder, which is made when it is missing. `NAME.lock` beside it is held.
    public init(_ folder: String, name: String) throws(SinkFailure) {
        do throws(HostError) { try Files.makeFolder(folder) } catch {
            throw SinkFailure(error, advice: "make the folder for the user of portgate-ship")
        }
        let path = "\(folder)/\(name)"
        lock = try Self.locked("\(path).lock", name)
        self.path = path
    }

    private static func locked(_ path: String, _ name: String) throws(SinkFailure) -> Descriptor {
        do throws(Errno) {
            let lock = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
            let isHeld = try lock.lock(.exclusive, waitingMilliseconds: 0)
            if isHeld { return lock }
        } catch {
            throw SinkFailure("lock", path, error, advice: "run portgate-ship as the owner of the state directory")
        }
        throw SinkFailure(
            "lock", path, reason: "another portgate-ship delivers to the sink '\(name)'",
            advice: "stop it, or give this sink another name with name=")
    }

    /// Reads the cursor; before the first leaf when there is no file.
    public borrowing func read() throws(SinkFailure) -> SinkCursor {
        guard Files.exists(path) else { return .start }
        let bytes: [UInt8]
        do throws(HostError) { bytes = try Files.readRegular(path, limit: 4_096) } catch {
            throw SinkFailure(error, advice: "run portgate-ship as the owner of the state directory")
        }
        guard let cursor = SinkCursor(bytes) else {
            throw SinkFailure(
                "use", path, reason: "it is no cursor that portgate-ship wrote",
                advice: "put back the right one, or remove it to deliver the ledger again from its first record")
        }
        return cursor
    }

    /// Replaces the cursor; it is on the disk when this returns.
    public borrowing func write(_ cursor: SinkCursor) throws(SinkFailure) {
        do throws(HostError) { try Files.writeAtomically(path, Array(cursor.description.utf8), mode: 0o600) } catch {
            throw SinkFailure(error, advice: "until it can be written, records are delivered again")
        }
    }
}
