/// A list file that a policy names, as it was read.
public struct ListFile: Hashable, Sendable {
    /// The path by which the policy's files lead to it.
    public let path: String
    /// SHA-256 of its content, as 64 lowercase hexadecimal digits.
    public let digest: String
    /// Its size in bytes.
    public let size: Int
    /// Its content; nil when it was not kept.
    public let bytes: [UInt8]?

    /// Describes a list file, without its content unless that is given.
    public init(path: String, digest: String, size: Int, bytes: [UInt8]? = nil) {
        self.path = path
        self.digest = digest
        self.size = size
        self.bytes = bytes
    }
}
