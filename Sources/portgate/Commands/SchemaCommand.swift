import Policy

/// `portgate schema`: the JSON Schema of policies.
struct SchemaCommand: Command {
    static let name = "schema"
    static let summary = "print the JSON Schema (draft-07) of policy files, for editors"
    static let details = "Made from the tables that the parser reads by, so that the two cannot disagree."

    func run(_ console: Console) throws -> ExitCode {
        try console.write(JSONSchema.render())
        return .clean
    }
}
