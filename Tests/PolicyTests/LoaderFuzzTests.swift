import Policy
import Testing

@Suite("Hostile policies")
struct LoaderFuzzTests {
    /// A small generator with a printed seed, so that a failure can be repeated.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let word = (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
            return word ^ (word >> 29)
        }
    }

    private static let scraps = [
        "[]", "{}", "~", "\"", "'", ": ", "- ", "\n", "\t", "*a", "&a ", "<<: *a", "!!str ", "---\n", "[[", "]", "}",
        "any",
        "0.0.0.0/0", "::/0", "99999999999999999999", "-1", "\u{0}", "\u{202e}", "é", "#", "name", "cidrs", "null", "0x",
        "é\n  ",
    ]

    private static func mutate(_ bytes: [UInt8], _ random: inout Generator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...30, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(place..<end)
            case 2: bytes.insert(contentsOf: Array((scraps.randomElement(using: &random) ?? "").utf8), at: place)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
            default: bytes.replaceSubrange(place..<end, with: Array((scraps.randomElement(using: &random) ?? "").utf8))
            }
        }
        return bytes
    }

    @Test("mutated policies never crash the loader, and load the same every time")
    func mutations() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = Generator(state: seed)
        let original = Array(LoaderTests.example.utf8)
        var refused = 0
        for _ in 0..<1_500 {
            var folder = LoaderFolder(["networks/scanners.netset": "192.0.2.0/24\n"])
            folder.add("policy.yaml", bytes: Self.mutate(original, &random))
            let result = folder.load()
            let again = folder.load()
            #expect(result.diagnostics == again.diagnostics && result.policy == again.policy, "seed \(seed)")
            // A policy comes of it exactly when nothing is wrong, and then each rule still has its source.
            let isClean = result.diagnostics.allSatisfy { $0.severity != .error }
            #expect((result.policy != nil) == isClean, "seed \(seed)")
            for rule in result.policy?.ports.flatMap(\.rules) ?? [] {
                #expect(rule.networks != .unrestricted || rule.identities != .unrestricted, "seed \(seed)")
            }
            if result.policy == nil { refused += 1 }
            for finding in result.diagnostics {
                guard let span = finding.span else { continue }
                #expect(Int(span.file) < result.sources.files.count, "seed \(seed)")
            }
        }
        #expect(refused > 100)
    }

    @Test("a dimension that is written is never missing from the rule")
    func noDimensionIsLost() throws {
        let policy = try #require(
            LoaderFolder(["policy.yaml": LoaderTests.example, "networks/scanners.netset": "192.0.2.0/24\n"]).load()
                .policy)
        let rule = policy.ports[0].rules[0]
        #expect(rule.networks != .unrestricted)
        #expect(rule.identities != .unrestricted)
        #expect(rule.windows != .unrestricted)
        #expect(rule.requests != .unrestricted)
    }

    @Test("what yields nothing is found out by bounded work")
    func bounded() {
        let nested = String(repeating: "[", count: 100_000)
        #expect(LoaderFolder(nested).load().policy == nil)
        let bomb =
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + (0..<12).map { level in
                let before = level == 0 ? "a" : "b\(level - 1)"
                return "b\(level): &b\(level) [" + Array(repeating: "*\(before)", count: 10).joined(separator: ",")
                    + "]\n"
            }.joined()
        #expect(LoaderFolder(bomb).load().policy == nil)
        let everyPort = (0..<4_096).map { "  - { name: p\($0), port: 1-65535 }\n" }.joined()
        let result = LoaderFolder("version: 1\nname: p\nports:\n" + everyPort).load()
        #expect(result.diagnostics.count == 1_001)
        #expect(result.diagnostics.last?.code == "PG020")
    }
}
