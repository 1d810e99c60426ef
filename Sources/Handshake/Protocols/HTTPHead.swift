/// Reads the head of a request and of its answer, line by line.
struct HTTPHead: Hashable, Sendable {
    private(set) var facts = HTTPFacts()
    private(set) var isClientFinished = false
    private(set) var isServerFinished = false
    private var clientLines = LineScanner()
    private var serverLines = LineScanner()
    private var hasRequestLine = false
    private var skipsFields = false

    mutating func readClient(_ stream: StreamHead, isAtEnd: Bool) {
        while !isClientFinished, let line = clientLines.next(in: stream.bytes, available: stream.available) {
            if !hasRequestLine {
                takeRequestLine(stream.bytes[line])
            } else if line.isEmpty || takeField(stream.bytes[line]) {
                isClientFinished = true
            }
        }
        guard !isClientFinished, stream.isFull || isAtEnd else { return }
        // What there is of a line that does not end.
        if !hasRequestLine { takeRequestLine(stream.bytes[clientLines.start..<stream.available]) }
        isClientFinished = true
    }

    mutating func readServer(_ stream: StreamHead) {
        while !isServerFinished, let line = serverLines.next(in: stream.bytes, available: stream.available) {
            if skipsFields {
                skipsFields = !line.isEmpty
                continue
            }
            facts.status = Self.status(stream.bytes[line])
            skipsFields = facts.status.map { $0 < 200 && $0 != 101 } ?? false
            isServerFinished = !skipsFields
        }
        if stream.isFull { isServerFinished = true }
    }

    private mutating func takeRequestLine(_ line: ArraySlice<UInt8>) {
        hasRequestLine = true
        let space = UInt8(ascii: " ")
        guard let first = line.firstIndex(of: space) else {
            facts.method = EscapedText.text(line, limit: HTTPFacts.mostMethodBytes)
            return
        }
        facts.method = EscapedText.text(line[..<first], limit: HTTPFacts.mostMethodBytes)
        var target = line[(first + 1)...]
        if let last = target.lastIndex(of: space), target[(last + 1)...].starts(with: "HTTP/".utf8) {
            facts.version = EscapedText.text(target[(last + 6)...], limit: 8)
            target = target[..<last]
        }
        let parts = HTTPTarget(target)
        facts.path = EscapedText.text(parts.path, limit: HTTPFacts.mostPathBytes)
        facts.host = parts.host.map { EscapedText.text($0, limit: HTTPFacts.mostHostBytes) }
        // The host of the request line counts more than the field.
        isClientFinished = facts.host != nil
    }

    /// Takes a field if it is the host; says whether it was.
    private mutating func takeField(_ line: ArraySlice<UInt8>) -> Bool {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
            line[..<colon].map({ $0 | 0x20 }) == Array("host".utf8)
        else { return false }
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var value = line[(colon + 1)...].drop(while: isBlank)
        while let last = value.last, isBlank(last) { value.removeLast() }
        facts.host = EscapedText.text(HTTPTarget.withoutUser(value), limit: HTTPFacts.mostHostBytes)
        return true
    }

    private static func status(_ line: ArraySlice<UInt8>) -> UInt16? {
        guard line.starts(with: "HTTP/".utf8), let space = line.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        let digits = line[(space + 1)...].prefix { $0 != UInt8(ascii: " ") }
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + UInt16($1 - 0x30) }
    }
}
