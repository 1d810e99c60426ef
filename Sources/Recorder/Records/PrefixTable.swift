/// The prefixes of rules by number: each is read and written as JSON when it is first seen, and found by its hash from then
/// on. Number 0 holds one that has no room, until the next.
struct PrefixTable {
    /// The texts of all entries, one behind the other.
    private(set) var text: [UInt8] = []
    private var entries: [RulePrefix] = [RulePrefix()]
    /// Records of each prefix, those that were summed up too.
    private(set) var seen: [UInt64] = [0]
    private var index: FlatIndex
    private let capacity: Int
    private let seed: HashSeed
    /// The length of the text without the entry that has no room.
    private var kept = 0
    /// Prefixes are at most this long in nft.
    private static let longest = 127

    init(capacity: Int, seed: HashSeed) {
        self.capacity = capacity
        self.seed = seed
        index = FlatIndex(capacity: capacity)
        text.reserveCapacity(4_096)
    }

    subscript(number: UInt32) -> RulePrefix { entries[Int(number)] }

    var count: Int { entries.count }

    /// Notes that something with a prefix was seen.
    mutating func note(_ number: UInt32) { seen[Int(number)] &+= 1 }

    private func hash(_ range: ByteRange, of bytes: RawSpan) -> UInt32 {
        var hash = KeyedHash(seed)
        var place = range.start
        while place + 8 <= range.end {
            hash.add(bytes.network64(at: place))
            place += 8
        }
        var rest: UInt64 = UInt64(range.count)
        while place < range.end {
            rest = rest << 8 | UInt64(bytes.byte(at: place))
            place += 1
        }
        hash.add(rest)
        return hash.value
    }

    /// Returns the number of a prefix, and reads it when it is new.
    mutating func number(of range: ByteRange, in bytes: RawSpan, ports: borrowing PortDirectory) -> UInt32 {
        let range = ByteRange(start: range.start, count: min(range.count, Self.longest))
        let hash = hash(range, of: bytes)
        let found = index.find(hash) { place in
            let whole = entries[place].whole
            guard whole.count == range.count else { return false }
            for offset in 0..<whole.count where text[whole.start + offset] != bytes.byte(at: range.start + offset) {
                return false
            }
            return true
        }
        if let found { return UInt32(found) }
        if text.count > kept { text.removeLast(text.count - kept) }
        let start = text.count
        for offset in 0..<range.count { text.append(bytes.byte(at: range.start + offset)) }
        var entry = parse(ByteRange(start: start, count: range.count), ports: ports)
        entry.hash = hash
        guard entries.count < capacity else {
            entries[0] = entry
            return 0
        }
        kept = text.count
        entries.append(entry)
        seen.append(0)
        index.insert(hash, place: entries.count - 1)
        return UInt32(entries.count - 1)
    }

    /// Returns the number of a prefix that is given as text.
    mutating func number(of prefix: [UInt8], ports: borrowing PortDirectory) -> UInt32 {
        number(of: ByteRange(start: 0, count: prefix.count), in: prefix.span.bytes, ports: ports)
    }

    /// Finds the ports of another policy.
    mutating func resolve(_ ports: borrowing PortDirectory) {
        for place in entries.indices {
            var entry = entries[place]
            resolve(&entry, ports)
            entries[place] = entry
        }
    }

    private func resolve(_ entry: inout RulePrefix, _ ports: borrowing PortDirectory) {
        (entry.portPlace, entry.ruleNumber) = (-1, -1)
        guard entry.port.count > 0, let place = ports.place(ofName: text[entry.port.start..<entry.port.end]) else {
            return
        }
        entry.portPlace = Int32(place)
        let rule = text[entry.rule.start..<entry.rule.end]
        if !rule.isEmpty, let number = ports.rule(named: rule, ofPort: place) { entry.ruleNumber = Int32(number) }
    }

    // MARK: - Reading

    /// Reads `pg1 VERDICT PORT[/RULE][ REASON] `, and writes what stands in records.
    private mutating func parse(_ whole: ByteRange, ports: borrowing PortDirectory) -> RulePrefix {
        var entry = RulePrefix()
        entry.whole = whole
        var words: [ByteRange] = []
        var start = whole.start
        for place in whole.start...whole.end where place == whole.end || text[place] == 32 {
            if place > start { words.append(ByteRange(start: start, count: place - start)) }
            start = place + 1
        }
        guard words.count >= 2, words.count <= 4, isWord(words[0], "pg1"), let action = action(words[1]) else {
            return foreign(entry)
        }
        entry.action = action
        guard words.count >= 3 else { return action == .heartbeat ? entry : foreign(entry) }
        entry.port = words[2]
        let subject = words[2]
        if let slash = (subject.start..<subject.end).first(where: { text[$0] == 47 }) {
            entry.port = ByteRange(start: subject.start, count: slash - subject.start)
            entry.rule = ByteRange(start: slash + 1, count: subject.end - slash - 1)
        }
        if words.count == 4 { entry.reason = words[3] }
        resolve(&entry, ports)
        var line = LineBuffer(capacity: 256)
        line.append(",\"port\":")
        append(entry.port, to: &line)
        if entry.rule.count > 0 {
            line.append(",\"rule\":")
            append(entry.rule, to: &line)
        }
        entry.place = keep(line)
        line.removeAll()
        if entry.reason.count > 0 {
            line.append(",\"reason\":")
            append(entry.reason, to: &line)
        }
        entry.detail = keep(line)
        return entry
    }

    private mutating func foreign(_ entry: RulePrefix) -> RulePrefix {
        var entry = entry
        entry.action = .foreign
        var line = LineBuffer(capacity: 1_024)
        line.append(",\"prefix\":")
        append(entry.whole, to: &line)
        entry.detail = keep(line)
        return entry
    }

    private func append(_ range: ByteRange, to line: inout LineBuffer) {
        line.append(text: text.span.bytes.extracting(range.start..<range.end))
    }

    private mutating func keep(_ line: borrowing LineBuffer) -> ByteRange {
        let range = ByteRange(start: text.count, count: line.used)
        text += line.bytes
        return range
    }

    private func isWord(_ range: ByteRange, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count where text[range.start + offset] != word.utf8Start[offset] { return false }
        return true
    }

    private func action(_ range: ByteRange) -> RecordAction? {
        for action: RecordAction in [.allow, .deny, .grant, .revoke, .wouldAllow, .wouldDeny, .data, .heartbeat]
        where isWord(range, action.name) { return action }
        return nil
    }
}
