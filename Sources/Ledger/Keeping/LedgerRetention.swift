/// How long records are kept, and what is done before they are deleted.
public struct LedgerRetention: Sendable {
    /// After how many days records are deleted, at least one.
    public var days: Int
    /// What takes them away before.
    public var archive: ArchiveCommand?

    /// Describes it.
    public init(days: Int = 90, archive: ArchiveCommand? = nil) {
        self.days = days
        self.archive = archive
    }
}
