import Nftables
import Testing

@testable import Drift

/// What is said of the places at which a table is not as it was applied.
@Suite struct TableStructureTests {
    /// A table of one chain, in which each letter is a rule.
    private static func structure(_ letters: String) -> TableStructure {
        let rules = letters.map { LiveRule(expressions: [.verdict(.jump("pg_p_\($0)"))]) }
        return TableStructure(
            LiveTable(family: .inet, name: "portgate", chains: [LiveChain(name: "pg_gate", rules: rules)]))
    }

    @Test(
        "one rule and several are told in words that fit their number",
        arguments: [
            ("abc", "abc", nil),
            ("ab", "abc", "1 rule was added to chain pg_gate as rule 3"),
            ("ab", "axyb", "2 rules were added to chain pg_gate from rule 2 on"),
            ("abc", "ac", "1 rule is missing from chain pg_gate after rule 1"),
            ("abc", "a", "2 rules are missing from chain pg_gate after rule 1"),
            ("abc", "bc", "1 rule is missing from chain pg_gate at its beginning"),
            ("abc", "axc", "rule 2 of chain pg_gate is not what was applied"),
            ("abc", "axyc", "rules 2 to 3 of chain pg_gate are not those applied"),
        ] as [(String, String, String?)])
    func words(applied: String, live: String, words: String?) {
        let found = Self.structure(live).deviations(from: Self.structure(applied)) { _, _ in false }
        #expect(found.map(\.words) == [words].compactMap { $0 })
    }
}
