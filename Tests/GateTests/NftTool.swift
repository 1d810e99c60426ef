import Host
import Testing

/// The `nft` of the distribution, as another hand on the host.
enum NftTool {
    /// nft said no.
    struct Failure: Error {
        let message: String
    }

    /// Runs nft in the calling thread's network namespace and returns what it prints.
    @discardableResult
    static func run(_ arguments: String...) throws -> String {
        let process = Subprocess(
            path: "/usr/sbin/nft", arguments: arguments, environment: ["TZ=UTC"], input: [], timeout: .seconds(30),
            maxOutputBytes: 1 << 20, maxErrorBytes: 8 << 10)
        let outcome = try process.run()
        guard outcome.succeeded else { throw Failure(message: String(decoding: outcome.error, as: UTF8.self)) }
        return String(decoding: outcome.output, as: UTF8.self)
    }
}
