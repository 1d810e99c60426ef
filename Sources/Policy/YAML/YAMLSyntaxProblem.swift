/// Why libyaml could not go on, in its words.
struct YAMLSyntaxProblem: Error, Hashable {
    /// What it met, such as "did not find expected key".
    let problem: String
    /// Where it met it.
    let place: YAMLMark
    /// What it was doing, such as "while parsing a block mapping"; empty when it does not say.
    let context: String
    /// Where that began.
    let contextPlace: YAMLMark
    /// Whether memory ran out.
    let isOutOfMemory: Bool
}
