import Policy
import TestSupport
import Testing

/// Random input, from noise to nearly right, never crashes a reader and never leaves it without a reason.
@Suite struct YAMLFuzzTests {
    /// Pieces that YAML gives a meaning.
    private static let pieces = [
        "a: ", "- ", "? ", "[", "]", "{", "}", ", ", "\n", "\n  ", "\n    ", "&a ", "*a", "<<: ", "'", "\"", "|\n",
        ">-\n", "#",
        "!!str ", "---\n", "...\n", "%YAML 1.1\n", "\t", "\\", "\\x41", "x", "ö", "\u{2028}", "\r\n", "\r", "\u{feff}",
        "~",
        "10.0.0.0/8", "::1", ": ", ":", "&", "*", "@", "`", "\u{0}",
    ]

    @Test("random text gives a node or a reason, with places inside the text", arguments: 0..<8)
    func randomText(part: Int) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<1_500 {
            var bytes: [UInt8] = []
            for _ in 0..<Int(random.next() % 40) {
                if random.next() % 20 == 0 {
                    bytes.append(UInt8(truncatingIfNeeded: random.next()))
                } else {
                    bytes += Array(Self.pieces[Int(random.next() % UInt64(Self.pieces.count))].utf8)
                }
            }
            var found: [Diagnostic] = []
            let node = YAMLReader.read(bytes, file: 0, diagnostics: &found)
            let lines = UInt32(bytes.filter { $0 == 0x0a }.count + 1)
            #expect(node != nil || !found.isEmpty, "seed \(seed): \(bytes)")
            for finding in found {
                let inside = finding.span.map { $0.line >= 1 && $0.line <= lines && $0.column >= 1 } ?? false
                #expect(inside, "seed \(seed): \(finding) in \(bytes)")
            }
        }
    }

    @Test("random addresses are read or refused with a reason")
    func randomAddresses() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("0123456789abcdefABCDEF.:/%- gz\u{0}ö".utf8)
        for _ in 0..<100_000 {
            let bytes = (0..<Int(random.next() % 24)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
            do throws(AddressError) {
                // What is read is written and read again as the same.
                let block = try CIDR(parsing: bytes.span)
                let again = try CIDR(parsing: block.description)
                #expect(block == again, "seed \(seed)")
            } catch {
                #expect(!error.message(for: String(decoding: bytes, as: UTF8.self)).isEmpty, "seed \(seed)")
            }
        }
    }
}
