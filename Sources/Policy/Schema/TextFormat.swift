/// What the text of a scalar must be, wherever in the language it stands.
///
/// Formats with ``values`` are closed lists, which ``ShapeChecker`` decides; the others are read by a parser of their own,
/// and `pattern` tells editors about it.
struct TextFormat: Sendable {
    /// The name under `definitions` in the JSON Schema.
    let id: String
    /// What is wanted, to follow "wanted": `a port such as 5432, or a range such as 9000-9010`.
    let wanted: String
    /// The closed list of values; empty when the format is open.
    var values: [String] = []
    /// The texts as an ECMA 262 regular expression, for the JSON Schema. It may admit more than the parser does.
    var pattern: String?
    /// The most characters.
    var longest: Int?
    /// The bounds where such a reader takes it for a whole number.
    var bounds: ClosedRange<Int>?
    /// What a YAML reader that guesses types may take the text for. Here it is text all the same.
    var readsAs: [ReadsAs] = [.string]

    /// A JSON type that a type-guessing YAML reader makes of a plain scalar.
    enum ReadsAs: String, Sendable {
        case string, integer, number, boolean
    }
}
