/// How the loader gets at files. The Policy room does no I/O of its own; the Host room supplies the real one.
public struct SourceReader: Sendable {
    /// Why a file could not be read.
    public enum Failure: Error, Hashable, Sendable {
        /// Nothing is there.
        case notFound
        /// It is there, and may not be read.
        case notPermitted
        /// It is a folder, a device, a socket or a pipe where a file was wanted.
        case notAFile
        /// It is larger than the limit, in bytes.
        case tooLarge(limit: Int)
        /// Anything else, in the system's words.
        case other(String)
    }

    /// What stands at a path.
    public enum Kind: Hashable, Sendable {
        /// A file or standard input.
        case file
        /// A pipe. Only the command line may name one: reading it may wait for a writer.
        case pipe
        /// A folder.
        case folder
    }

    /// Tells what stands at a path.
    public var kind: @Sendable (_ path: String) -> Result<Kind, Failure>
    /// Reads a whole file of at most `limit` bytes. The path `-` is standard input.
    public var read: @Sendable (_ path: String, _ limit: Int) -> Result<[UInt8], Failure>
    /// Returns the names in a folder, in any order, without `.` and `..`.
    public var list: @Sendable (_ path: String) -> Result<[String], Failure>

    /// Creates a reader from its three calls.
    public init(
        kind: @escaping @Sendable (_ path: String) -> Result<Kind, Failure>,
        read: @escaping @Sendable (_ path: String, _ limit: Int) -> Result<[UInt8], Failure>,
        list: @escaping @Sendable (_ path: String) -> Result<[String], Failure>
    ) {
        self.kind = kind
        self.read = read
        self.list = list
    }
}
