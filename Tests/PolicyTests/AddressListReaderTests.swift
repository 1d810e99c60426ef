import Policy
import TestSupport
import Testing

@Suite struct AddressListReaderTests {
    private static func read(
        _ bytes: [UInt8], limits: AddressListReader.Limits = .init()
    ) -> (AddressSet?, [Diagnostic], SourceMap) {
        var sources = SourceMap()
        var found: [Diagnostic] = []
        let set = AddressListReader.read(
            bytes, path: "x.netset", limits: limits, sources: &sources, diagnostics: &found)
        return (set, found, sources)
    }

    @Test("comments, blank lines, blanks and both line ends are read")
    func forms() throws {
        let text =
            "\u{feff}# head\r\n10.0.0.0/8\r\n\n  ; note\n\t192.0.2.1 # host\nfd00::/64;x\n127.0.0.1\n172.16.0.0/12"
        let (set, found, sources) = Self.read(Array(text.utf8))
        #expect(found.isEmpty)
        #expect(sources.files.isEmpty)
        let blocks = set?.blocks.map(\.description)
        #expect(blocks == ["10.0.0.0/8", "127.0.0.1", "172.16.0.0/12", "192.0.2.1", "fd00::/64"])
    }

    @Test(
        "each bad line is reported where it stands",
        arguments: [
            "10.0.0.1\n⟦PG031⟧10.0.0.256\n  ⟦PG033⟧10.1.2.3/16 # x\n\t⟦PG032⟧10.0.0.0/33\n",
            "⟦PG031⟧add blocked 10.0.0.0/8\n", "# ö\n⟦PG031⟧10.0.0.1 10.0.0.2\n", "⟦PG034⟧::ffff:10.0.0.1\r\n",
            "⟦PG031⟧010.0.0.1\n", "⟦PG031⟧10.0.0.1-10.0.0.5", "⟦PG035⟧# nothing\n\n", "⟦PG035⟧",
            "10.0.0.1\n⟦PG031⟧\u{0}\n",
            "⟦PG031⟧10.0.0.0/8,\n", "10.0.0.1\n⟦PG031⟧2001:db8::g\n",
        ])
    func diagnostics(marked: String) {
        let marked = MarkedText(marked)
        let (set, found, _) = Self.read(marked.bytes)
        #expect(set == nil)
        #expect(found.map { "\($0.span?.line ?? 0):\($0.span?.column ?? 0) \($0.code)" } == marked.expected)
    }

    @Test("only the lines that findings stand on are kept")
    func excerpts() throws {
        let good = (0..<1_000).map { "10.0.\($0 / 256).\($0 % 256)\n" }.joined()
        let (_, found, sources) = Self.read(Array((good + "bad\n" + good).utf8))
        let file = try #require(sources.files.first)
        #expect(found.map(\.span?.line) == [1_001])
        #expect(file.line(1_001).map { String(decoding: $0, as: UTF8.self) } == "bad")
        #expect(file.bytes.count < 1_100)
    }

    @Test("twenty findings are told one by one, the rest are counted")
    func manyFindings() {
        let (_, found, _) = Self.read(Array(String(repeating: "bad\n", count: 1_000).utf8))
        #expect(found.count == 20)
        #expect(found.last?.notes.last?.message == "and 980 more lines that are wrong")
    }

    @Test("limits are kept")
    func limits() {
        let text = Array("10.0.0.1\n10.0.0.2\n10.0.0.3\n".utf8)
        #expect(Self.read(text, limits: .init(bytes: 5)).1.map(\.code) == ["PG009"])
        #expect(Self.read(text, limits: .init(lines: 2)).1.map(\.code) == ["PG009"])
        #expect(Self.read(text, limits: .init(bytes: text.count, lines: 3)).1.isEmpty)
        let wide = "10.0.0.1\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        #expect(Self.read(wide).1.map(\.code) == ["PG002"])
    }

    @Test("the fast reader agrees with a slow obvious one", arguments: 0..<4)
    func differential(part: Int) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<1_000 {
            let text = (0..<Int.random(in: 1...6, using: &random)).map { _ in Self.line(&random) }.joined()
            let (set, found, _) = Self.read(Array(text.utf8))
            let (slowSet, slowLines) = Self.slow(text)
            #expect(set == slowSet, "seed \(seed): \(text.debugDescription)")
            #expect(found.compactMap(\.span?.line) == slowLines, "seed \(seed): \(text.debugDescription)")
        }
    }

    private static func line(_ random: inout SeededGenerator) -> String {
        let octet = { (random: inout SeededGenerator) in
            ["0", "1", "10", "127", "255", "256", "00", "08", "", "1000", "99"][
                Int.random(in: 0..<(Bool.random(using: &random) ? 5 : 11), using: &random)]
        }
        var text = [" ", "", "", "", "\t"][Int.random(in: 0..<5, using: &random)]
        if Int.random(in: 0..<5, using: &random) == 0 {
            text +=
                ["fd00::", "::1", "2001:db8::/32", "::ffff:1.2.3.4", "# x", ";", "", "x", "fd00::1/64"][
                    Int.random(in: 0..<9, using: &random)]
        } else {
            text += (0..<4).map { _ in octet(&random) }.joined(separator: ".")
            text +=
                ["", "/32", "/8", "/0", "/33", "/", "/08", "/ 8", "/100", "/24"][Int.random(in: 0..<10, using: &random)]
        }
        text += ["", "", "", " ", "\r", " # x", ";", ".", " x"][Int.random(in: 0..<9, using: &random)]
        return text + "\n"
    }

    /// The reader as one would write it first.
    private static func slow(_ text: String) -> (AddressSet?, [UInt32]) {
        var blocks: [CIDR] = []
        var bad: [UInt32] = []
        for (index, line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = String(line.prefix { $0 != "#" && $0 != ";" })
            let trimmed = content.trimmed
            if trimmed.isEmpty { continue }
            do throws(AddressError) { blocks.append(try CIDR(parsing: trimmed)) } catch {
                bad.append(UInt32(index + 1))
            }
        }
        if blocks.isEmpty, bad.isEmpty { bad = [1] }
        return (bad.isEmpty ? AddressSet(cidrs: blocks) : nil, bad)
    }
}

extension String {
    fileprivate var trimmed: String {
        var scalars = Substring.UnicodeScalarView(unicodeScalars[...])
        let blank: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        while let first = scalars.first, blank(first) { scalars.removeFirst() }
        while let last = scalars.last, blank(last) { scalars.removeLast() }
        return String(scalars)
    }
}
