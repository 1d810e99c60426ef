import Testing

@testable import Policy

@Suite("Suggestions")
struct SuggestionTests {
    @Test(
        "the name that was probably meant",
        arguments: [
            ("ofice", "office"), ("offcie", "office"), ("Office", "office"), ("cidr", "cidrs"), ("Europe/Berln", nil),
            ("warehouse", nil), ("x", nil), ("", nil),
        ] as [(String, String?)])
    func nearest(text: String, wanted: String?) {
        #expect(Suggestions.nearest(to: text, among: ["lab", "office", "cidrs", "y"]) == wanted)
    }

    @Test("of equally near names the first by bytes, in whatever order they come")
    func deterministic() {
        #expect(Suggestions.nearest(to: "lab1", among: ["lab3", "lab2"]) == "lab2")
        #expect(Suggestions.nearest(to: "lab1", among: ["lab2", "lab3"]) == "lab2")
    }

    @Test("insertions, deletions, changes and swaps of neighbours cost 1")
    func distance() {
        for (left, right, cost) in [("", "ab", 2), ("ab", "ba", 1), ("abc", "abd", 1), ("kitten", "sitting", 3)] {
            #expect(Suggestions.distance(Array(left.utf8), Array(right.utf8)) == cost)
            #expect(Suggestions.distance(Array(right.utf8), Array(left.utf8)) == cost)
        }
    }

    @Test("a misspelt key, name and value come with a fix")
    func fixes() throws {
        let text = "version: 1\nname: p\nports: [{ name: a, prt: 1, otherwise: rejct }]\n"
        let fixes = LoaderFolder(text).load().diagnostics.compactMap(\.fix?.replacement)
        #expect(fixes == ["port", "reject"])
    }
}
