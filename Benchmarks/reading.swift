import Gate
import Glibc

/// Reads the ruleset of this network namespace as `portgate drift` does, and prints how many elements its sets have.
@main
struct Reading {
    static func main() throws {
        let ruleset = try RulesetReader(patience: .seconds(600)).read()
        print(ruleset.tables.flatMap(\.sets).reduce(0) { $0 + $1.elements.count })
    }
}
