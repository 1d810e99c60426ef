import CZstd

/// Frames of Zstandard (RFC 8878), each independent of the others, by libzstd.
enum Zstandard {
    /// Why bytes are no such frame.
    struct Malformed: Error, Hashable {
        /// In the library's words.
        let reason: String
    }

    /// One that compresses frame after frame.
    struct Compressor: ~Copyable {
        private let context: OpaquePointer

        /// Creates one of a level, 1 to 19.
        init?(level: Int32) {
            guard let context = ZSTD_createCCtx() else { return nil }
            self.context = context
            ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
            ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        }

        deinit { ZSTD_freeCCtx(context) }

        /// Appends a frame that holds some bytes.
        func append(_ bytes: UnsafeRawBufferPointer, to frames: inout [UInt8]) throws(Malformed) {
            let bound = ZSTD_compressBound(bytes.count)
            var size = 0
            let frame = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
                size = ZSTD_compress2(context, buffer.baseAddress, buffer.count, bytes.baseAddress, bytes.count)
                count = ZSTD_isError(size) == 0 ? size : 0
            }
            try Zstandard.check(size)
            frames += frame
        }
    }

    /// One that reads frame after frame.
    struct Decompressor: ~Copyable {
        private let context: OpaquePointer
        private var buffer: [UInt8] = []

        init?() {
            guard let context = ZSTD_createDCtx() else { return nil }
            self.context = context
        }

        deinit { ZSTD_freeDCtx(context) }

        /// Reads the first frame of some bytes into a buffer that the next one overwrites.
        ///
        /// - Parameter limit: The most that a frame may hold.
        /// - Returns: how many bytes the frame takes.
        mutating func read(
            _ bytes: UnsafeRawBufferPointer, limit: Int, _ body: (UnsafeRawBufferPointer) -> Void
        ) throws(Malformed) -> Int {
            let size = ZSTD_findFrameCompressedSize(bytes.baseAddress, bytes.count)
            try Zstandard.check(size)
            let held = ZSTD_getFrameContentSize(bytes.baseAddress, bytes.count)
            guard held <= UInt64(limit) else {
                throw Malformed(reason: "a frame does not say that it holds at most \(limit) bytes")
            }
            if buffer.count < Int(held) { buffer = [UInt8](repeating: 0, count: Int(held)) }
            let context = context
            let got = buffer.withUnsafeMutableBytes { target in
                let got = ZSTD_decompressDCtx(context, target.baseAddress, target.count, bytes.baseAddress, size)
                if ZSTD_isError(got) == 0 { body(UnsafeRawBufferPointer(rebasing: target[..<got])) }
                return got
            }
            try Zstandard.check(got)
            return size
        }
    }

    private static func check(_ result: Int) throws(Malformed) {
        guard ZSTD_isError(result) != 0 else { return }
        throw Malformed(reason: String(cString: ZSTD_getErrorName(result)))
    }
}
