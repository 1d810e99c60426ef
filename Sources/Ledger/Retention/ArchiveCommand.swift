import Host

/// A program that takes the files of a segment away before its records are deleted: to a tape, a bucket, another host.
///
/// It is run without a shell, with the paths of the segment's files behind its own arguments. Only when it returns 0 in time are the
/// records deleted. It may be run again for a segment that it took before, when a crash came between.
public struct ArchiveCommand: Sendable {
    /// The program's path; never searched for.
    public var path: String
    /// The arguments before those that name files.
    public var arguments: [String]
    /// How long it may take.
    public var timeout: Duration

    /// Describes a program.
    public init(path: String, arguments: [String] = [], timeout: Duration = .seconds(600)) {
        self.path = path
        self.arguments = arguments
        self.timeout = timeout
    }

    /// The parts that are handed over: all by which the segment is proven without the ledger.
    static let parts: [SegmentPart] = [.sealedLines, .frames, .checkpoints, .start, .manifest, .signature]

    /// Runs it; returns why the segment was not taken, or nil.
    func take(_ files: [String]) -> String? {
        let program = Subprocess(
            path: path, arguments: arguments + files, environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"],
            timeout: timeout, maxOutputBytes: 1 << 20)
        do throws(SubprocessError) {
            let outcome = try program.run()
            let words = String(decoding: outcome.error.prefix(200).filter { $0 >= 0x20 }, as: UTF8.self)
            switch outcome.ending {
            case .exited(0): return nil
            case .exited(let code): return "\(path) returned \(code)\(words.isEmpty ? "" : ": \(words)")"
            case .signalled(let signal): return "signal \(signal) ended \(path)"
            case .timedOut: return "\(path) did not end within \(timeout)"
            case .wroteTooMuch: return "\(path) wrote more than a megabyte"
            }
        } catch {
            switch error {
            case .missing(let path): return "\(path) is no program"
            case .cannotStart(let path, let number): return "\(path) cannot be started: \(Errno(number))"
            case .system(let call, let number): return "\(path) cannot be run: \(call): \(Errno(number))"
            }
        }
    }
}
