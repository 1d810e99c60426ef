/// Why a table cannot be rendered. Nothing outside these bounds ever becomes nft text.
public enum TableError: Error, Hashable, Sendable {
    /// A name that is empty, too long, without the prefix `pg_`, or has a byte outside the alphabet.
    case badName(String)
    /// Two objects of one kind with one name.
    case duplicateName(String)
    /// A comment that is empty, too long or outside the alphabet; with the name of the object it stands on.
    case badComment(on: String)
    /// The ranges of a set or map that are backwards, unsorted, overlapping or not merged.
    case badRanges(in: String)
    /// A number of a set outside its bounds.
    case badSet(String)
    /// A rule with a statement whose numbers or texts are outside their bounds.
    case badStatement(chain: String, rule: Int)
    /// A rule with a statement after the one that ends it, or without statements.
    case badOrder(chain: String, rule: Int)
    /// A rule with a match that nft implies from another and drops from its listing.
    case impliedMatch(chain: String, rule: Int)
    /// A rule or map that refers to an object the table does not have, or of another kind or family.
    case danglingReference(from: String, to: String)
    /// What only a foreign hand makes: an unknown statement, a foreign object, a dormant table.
    case foreign(in: String)
    /// A table other than `portgate`, which portgate never changes.
    case notPortgate(String)
}

extension TableError: CustomStringConvertible {
    /// A sentence for people.
    public var description: String {
        switch self {
        case .badName(let name): "the name '\(name)' cannot be given to nft"
        case .duplicateName(let name): "two objects are named '\(name)'"
        case .badComment(let owner): "the comment on '\(owner)' cannot be given to nft"
        case .badRanges(let owner): "the ranges of '\(owner)' are not sorted, disjoint and merged"
        case .badSet(let name): "a number of the set '\(name)' is out of bounds"
        case .badStatement(let chain, let rule): "rule \(rule + 1) of chain '\(chain)' has a value out of bounds"
        case .badOrder(let chain, let rule): "rule \(rule + 1) of chain '\(chain)' does not end with its verdict"
        case .impliedMatch(let chain, let rule):
            "rule \(rule + 1) of chain '\(chain)' has a match that another one implies"
        case .danglingReference(let from, let to): "'\(from)' refers to '\(to)', which is not there as it should be"
        case .foreign(let owner): "'\(owner)' holds what portgate does not render"
        case .notPortgate(let name): "the table '\(name)' is not portgate's"
        }
    }
}
