import Glibc
import Host

/// The lines of a segment, block by block, whether it is sealed or not.
struct SegmentLines: ~Copyable {
    /// Why there are no more lines.
    enum Failure: Error, Hashable {
        /// The system said no.
        case system(HostError)
        /// The compressed form is none.
        case malformed(String)
    }

    private let file: Descriptor
    private let isSealed: Bool
    private var decompressor: Zstandard.Decompressor?
    /// The compressed file as a whole, or what of the other one is read and not handed over.
    private var bytes: [UInt8] = []
    /// Where in the compressed file the next frame begins.
    private var place = 0
    private let path: String
    /// The bytes behind the last line end, when the file is read to its end: a line that was not written to its end.
    private(set) var unfinished: [UInt8] = []
    /// The hash of the compressed file, when it is one.
    let compressedHash: MerkleHash?

    /// The most that one frame may hold: 256 lines of the greatest length.
    private static let frameLimit = 256 * ((1 << 20) + 1)
    private static let chunk = 1 << 20

    /// Opens the lines of a segment.
    init(_ folder: LedgerFolder, _ segment: UInt64, isSealed: Bool) throws(Failure) {
        let path = folder.file(isSealed ? .sealedLines : .lines, of: segment)
        let file: Descriptor
        do throws(Errno) {
            file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        } catch { throw .system(HostError("read", path, error)) }
        var bytes: [UInt8] = []
        if isSealed {
            do throws(HostError) { bytes = try Files.readRegular(path, limit: .max - 1) } catch { throw .system(error) }
        }
        self.file = file
        self.path = path
        self.isSealed = isSealed
        self.bytes = bytes
        decompressor = isSealed ? Zstandard.Decompressor() : nil
        compressedHash = isSealed ? MerkleHash(sha256: bytes) : nil
    }

    /// Hands over the next lines, each with its end; false when there are none. The bytes last as long as the call.
    mutating func next(_ body: (UnsafeRawBufferPointer) -> Void) throws(Failure) -> Bool {
        isSealed ? try nextFrame(body) : try nextChunk(body)
    }

    /// Goes on with the frame at a place in the compressed file.
    mutating func skip(to place: Int) { self.place = min(max(place, 0), bytes.count) }

    private mutating func nextFrame(_ body: (UnsafeRawBufferPointer) -> Void) throws(Failure) -> Bool {
        guard place < bytes.count else { return false }
        guard var reader = decompressor.take() else { throw .malformed("there is no memory to decompress it") }
        let place = place
        let result: Result<Int, Zstandard.Malformed> = bytes.withUnsafeBytes { all in
            do throws(Zstandard.Malformed) {
                let rest = UnsafeRawBufferPointer(rebasing: all[place...])
                return .success(try reader.read(rest, limit: Self.frameLimit, body))
            } catch { return .failure(error) }
        }
        decompressor = consume reader
        switch result {
        case .success(let count): self.place += count
        case .failure(let error): throw .malformed(error.reason)
        }
        return true
    }

    private mutating func nextChunk(_ body: (UnsafeRawBufferPointer) -> Void) throws(Failure) -> Bool {
        while true {
            let before = bytes.count
            let count: Int
            do throws(Errno) { count = try file.read(upTo: Self.chunk, into: &bytes) } catch {
                throw .system(HostError("read", path, error))
            }
            if count == 0 {
                swap(&unfinished, &bytes)
                return false
            }
            // A line may be longer than a chunk.
            guard let end = bytes[before...].lastIndex(of: 10) else { continue }
            bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[...end])) }
            bytes.removeFirst(end + 1)
            return true
        }
    }
}
