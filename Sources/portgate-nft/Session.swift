import CNftables
import Glibc

/// One libnftables context.
struct Session: ~Copyable {
    /// What a run left behind.
    struct Answer {
        var succeeded: Bool
        var output: [UInt8]
        var error: [UInt8]
    }

    /// How a listing is written.
    enum Form {
        /// nft's own text.
        case text
        /// nft's own text without the elements of named sets, which then need not be read.
        case terse
        /// JSON without the elements of sets. Only for listing: text that is run by such a context is tried as JSON first.
        case terseJSON
    }

    // Owned; freed in deinit; never leaves this file.
    private let context: OpaquePointer

    /// Opens a context that lists numbers, leaves out values that change by themselves, and includes nothing.
    init?(dryRun: Bool, form: Form = .text) {
        guard let context = nft_ctx_new(UInt32(NFT_CTX_DEFAULT)) else { return nil }
        guard nft_ctx_buffer_output(context) == 0, nft_ctx_buffer_error(context) == 0 else {
            nft_ctx_free(context)
            return nil
        }
        nft_ctx_clear_include_paths(context)
        nft_ctx_set_dry_run(context, dryRun)
        var flags = NFT_CTX_OUTPUT_STATELESS | NFT_CTX_OUTPUT_NUMERIC_ALL
        if form == .terse { flags |= NFT_CTX_OUTPUT_TERSE }
        if form == .terseJSON { flags |= NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_TERSE }
        nft_ctx_output_set_flags(context, UInt32(flags))
        self.context = context
    }

    deinit { nft_ctx_free(context) }

    /// Runs text; both buffers are copied before anything else happens.
    func run(_ text: [UInt8]) -> Answer {
        // libnftables reads a null-terminated string.
        let result = (text + [0]).withUnsafeBytes { bytes in
            nft_run_cmd_from_buffer(context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        return Answer(
            succeeded: result == 0, output: Self.copy(nft_ctx_get_output_buffer(context)),
            error: Self.copy(nft_ctx_get_error_buffer(context)))
    }

    private static func copy(_ text: UnsafePointer<CChar>?) -> [UInt8] {
        guard let text else { return [] }
        return Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
}
