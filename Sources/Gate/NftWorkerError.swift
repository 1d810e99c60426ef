public import Nftables

/// Why the live table could not be read.
public enum NftWorkerError: Error, Hashable, Sendable {
    /// The worker did not list it.
    case notListed(NftWorker.Answer)
    /// The listing is not one that can be read.
    case unreadable(TableParseError)
}
