import Export
import Ledger

/// Writes records in a format to standard output, many at once, and counts what could not be written.
struct ExportOutput {
    private let exporter: Exporter
    private let console: Console
    private var bytes: [UInt8]
    private var leftOut = 0
    private var lost = 0
    private var reasons: [String] = []
    /// How many lines were no records.
    private(set) var refused = 0
    /// Why nothing more is written.
    private(set) var error: ConsoleError?

    /// Begins with the header of the format.
    init(_ exporter: Exporter, _ console: Console) {
        self.exporter = exporter
        self.console = console
        bytes = exporter.header
    }

    /// Writes those records of a block that pass, the first of which has the index `leaf`; false when standard output takes no
    /// more.
    mutating func write(_ block: UnsafeRawBufferPointer, _ leaf: UInt64, _ filter: RecordFilter) -> Bool {
        var leaf = leaf
        block.eachLine { line in
            if filter.matches(line) { append(line, leaf) }
            leaf += 1
        }
        if bytes.count >= 1 << 18 { flush() }
        return error == nil
    }

    private mutating func append(_ line: UnsafeRawBufferPointer, _ leaf: UInt64) {
        do throws(ExportFailure) {
            let hash = MerkleHash(leaf: line).description
            guard let action = try exporter.append(Array(line), leaf: leaf, hash: hash, to: &bytes) else { return }
            leftOut += 1
            if action == "lost" { lost += 1 }
        } catch {
            refused += 1
            // The first few tell what is wrong.
            if reasons.count < 3 { reasons.append("record \(leaf): \(error)") }
        }
    }

    /// Writes what is waiting.
    mutating func flush() {
        guard error == nil, !bytes.isEmpty else { return }
        do throws(ConsoleError) { try console.write(bytes) } catch { self.error = error }
        bytes.removeAll(keepingCapacity: true)
    }

    /// Tells what was left out.
    func sayTotals() {
        if leftOut > 0 {
            let told = lost == 0 ? "" : ", \(lost) of them 'lost': connections are missing from the ledger"
            console.say(
                "left out \(leftOut) record\(leftOut == 1 ? "" : "s") of portgate about itself (--all exports them)\(told)"
            )
        }
        for reason in reasons { console.say("warning: \(reason)") }
        if refused > 0 {
            console.say(
                "error: not exported, being no records: \(refused) line\(refused == 1 ? "" : "s") of the ledger")
        }
    }
}
