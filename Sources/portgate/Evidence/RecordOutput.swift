import Ledger

/// Writes records that pass a filter to standard output, many at once.
struct RecordOutput {
    let console: Console
    /// Why nothing more is written.
    private(set) var error: ConsoleError?
    private var bytes: [UInt8] = []

    init(console: Console) { self.console = console }

    /// Writes those records of a block that pass; false when standard output takes no more.
    mutating func write(_ block: UnsafeRawBufferPointer, _ filter: RecordFilter, _ printer: RecordPrinter) -> Bool {
        block.eachLine { line in
            if filter.matches(line) { printer.print(line, to: &bytes) }
        }
        if bytes.count >= 1 << 18 { flush() }
        return error == nil
    }

    /// Writes what is waiting.
    mutating func flush() {
        guard error == nil, !bytes.isEmpty else { return }
        do throws(ConsoleError) { try console.write(bytes) } catch { self.error = error }
        bytes.removeAll(keepingCapacity: true)
    }
}

/// A bar on standard error, as long as a long reading lasts.
struct ReadingProgress {
    let isShown: Bool
    private var total: UInt64?
    private var begun = LedgerTime.now
    private var shown = -1

    init(isShown: Bool) { self.isShown = isShown }

    /// Shows how much is read, after the first second.
    mutating func show(_ leaf: UInt64, _ reader: LedgerReader, _ console: Console) {
        guard isShown, LedgerTime.now.seconds(since: begun) >= 1 else { return }
        if total == nil { total = (try? reader.size()) ?? 0 }
        guard let total, total > 0 else { return }
        let percent = Int(min(leaf, total) * 100 / total)
        guard percent != shown else { return }
        shown = percent
        let done = percent * 40 / 100
        let bar = String(repeating: "#", count: done) + String(repeating: ".", count: 40 - done)
        console.say(bytes: Array("\r[\(bar)] \(percent) % of \(total) records".utf8))
    }

    /// Takes the bar away.
    func end(_ console: Console) { if shown >= 0 { console.say(bytes: Array("\r\u{1B}[K".utf8)) } }
}
