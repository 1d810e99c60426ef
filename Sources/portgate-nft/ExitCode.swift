/// What the worker's exit codes mean.
enum ExitCode {
    static let success: Int32 = 0
    /// nft, or this worker's own look at the text, refused.
    static let refused: Int32 = 1
    static let usage: Int32 = 2
    static let internalFailure: Int32 = 3
}
