// Talks to the kernel, through a process of its own.
import Glibc
internal import Host
public import Nftables

/// Runs `portgate-nft`, the only program that links libnftables, in the calling thread's network namespace.
///
/// libnftables exits, aborts and corrupts memory on hostile input, and may do so after the kernel has committed: whatever an
/// answer says, only ``list()`` afterwards tells what is live.
public struct NftWorker: Sendable {
    /// What became of a load or check.
    public enum Answer: Hashable, Sendable {
        /// The worker returned success.
        case ok
        /// nft, or the worker's own look at the text, refused it.
        case refused(String)
        /// This signal ended the worker.
        case crashed(signal: Int32)
        /// The worker was killed when its time was over.
        case timedOut
        /// The worker's executable is not there.
        case missing(path: String)
        /// The worker could not be run, or failed in itself.
        case failed(String)
    }

    /// The executable.
    public var path: String
    /// How long one run may take, beside 5 s for each megabyte to be loaded.
    public var timeout: Duration

    /// Uses an executable at a path.
    public init(path: String, timeout: Duration = .seconds(60)) {
        self.path = path
        self.timeout = timeout
    }

    /// Uses the executable that stands beside the running one, or, installed, in `libexec/portgate` next to its folder.
    public init(timeout: Duration = .seconds(60)) {
        self.init(path: Self.siblingPath, timeout: timeout)
    }

    /// Loads ruleset text in one transaction per call.
    public func load(_ text: [UInt8]) -> Answer { answer(to: "load", input: text) }

    /// Lets nft and the kernel judge ruleset text, changing nothing.
    public func check(_ text: [UInt8]) -> Answer { answer(to: "check", input: text) }

    /// Reads the live table `inet portgate`; nil when there is none.
    ///
    /// - Throws: ``NftWorkerError`` when the table could not be read, which never means that there is none.
    public func list() throws(NftWorkerError) -> Table? {
        let text = try listText()
        if text.isEmpty { return nil }
        do throws(TableParseError) {
            return try TableParser.parse(text)
        } catch {
            throw .unreadable(error)
        }
    }

    /// Reads the live table without the elements of its sets, at a cost that does not grow with them; nil when there is none.
    ///
    /// - Throws: ``NftWorkerError`` when it could not be read, as when texts in other tables make the listing doubtful.
    public func rules() throws(NftWorkerError) -> Table? {
        let outcome: Subprocess.Outcome
        do throws(SubprocessError) {
            outcome = try process("rules", input: []).run()
        } catch {
            throw .notListed(Self.answer(to: error))
        }
        guard outcome.succeeded else { throw .notListed(Self.answer(for: outcome)) }
        if outcome.output.isEmpty { return nil }
        // The table comes first, then a table for each map.
        let head = Array("table inet portgate {".utf8)
        var parts: [[UInt8]] = []
        for line in outcome.output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if line.elementsEqual(head) { parts.append([]) }
            guard !parts.isEmpty else { continue }
            parts[parts.count - 1] += line + [UInt8(ascii: "\n")]
        }
        do throws(TableParseError) {
            guard let text = parts.first else { return nil }
            var table = try TableParser.parse(text)
            for text in parts.dropFirst() {
                for map in try TableParser.parse(text).maps {
                    guard let index = table.maps.firstIndex(where: { $0.name == map.name }) else { continue }
                    table.maps[index] = map
                }
            }
            return table
        } catch {
            throw .unreadable(error)
        }
    }

    /// Reads the text of the live table as `nft -n -s list table inet portgate` lists it; empty when there is none.
    ///
    /// - Throws: ``NftWorkerError`` when the table could not be listed.
    public func listText() throws(NftWorkerError) -> [UInt8] {
        let outcome: Subprocess.Outcome
        do throws(SubprocessError) {
            outcome = try process("list", input: []).run()
        } catch {
            throw .notListed(Self.answer(to: error))
        }
        guard outcome.succeeded else { throw .notListed(Self.answer(for: outcome)) }
        return outcome.output
    }

    private func answer(to command: String, input: [UInt8]) -> Answer {
        do throws(SubprocessError) {
            return Self.answer(for: try process(command, input: input).run())
        } catch {
            return Self.answer(to: error)
        }
    }

    private func process(_ command: String, input: [UInt8]) -> Subprocess {
        // A busy machine with little memory loads a megabyte in some seconds.
        Subprocess(
            path: path, arguments: [command], environment: ["TZ=UTC", "LC_ALL=C", "SWIFT_BACKTRACE=enable=no"],
            input: input, timeout: timeout + .seconds(input.count / 200_000), maxOutputBytes: 512 << 20,
            maxErrorBytes: 8 << 10)
    }

    private static func answer(for outcome: Subprocess.Outcome) -> Answer {
        let message = printable(outcome.error)
        switch outcome.ending {
        case .exited(0): return .ok
        case .exited(1): return .refused(message)
        case .exited(let code): return .failed("portgate-nft exited with \(code): \(message)")
        case .signalled(let signal): return .crashed(signal: signal)
        case .timedOut: return .timedOut
        case .wroteTooMuch: return .failed("portgate-nft wrote too much")
        }
    }

    private static func answer(to error: SubprocessError) -> Answer {
        switch error {
        case .missing(let path): .missing(path: path)
        case .cannotStart(let path, let errno): .failed("\(path) cannot be started (errno \(errno))")
        case .system(let call, let errno): .failed("\(call) failed (errno \(errno))")
        }
    }

    /// Returns what a worker said without control characters, which could move a terminal's cursor.
    private static func printable(_ bytes: [UInt8]) -> String {
        var bytes = bytes
        while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        let isKept: (UInt8) -> Bool = { (0x20...0x7e).contains($0) || $0 == UInt8(ascii: "\n") }
        return String(decoding: bytes.map { isKept($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    private static var siblingPath: String {
        guard let own = RunningProgram.path, let slash = own.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            return "portgate-nft"
        }
        let folder = String(own[..<slash])
        let sibling = folder + "/portgate-nft"
        guard access(sibling, X_OK) != 0 else { return sibling }
        // Installed, it is no command of its own.
        let parent = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? ""
        let installed = parent + "/libexec/portgate/portgate-nft"
        return access(installed, X_OK) == 0 ? installed : sibling
    }
}
