/// The policy language as a JSON Schema (draft-07), for editors and other readers of YAML.
///
/// It is printed from the tables that the loader checks files against. The schema is the weaker of the two: it cannot say that a
/// name is declared, that a date exists, or that two ports do not overlap.
public enum JSONSchema {
    /// Returns the schema as text, two spaces of indentation, ended by a newline. The same on every call.
    public static func render() -> String {
        var formats: [String: TextFormat] = [:]
        for form in Language.forms {
            for key in form.keys { collect(key.shape, into: &formats) }
        }
        var definitions: [(String, JSONText)] = []
        for form in Language.forms where form.id != Language.policy.id {
            definitions.append((form.id, object(form)))
        }
        for id in formats.keys.sorted() {
            if let format = formats[id] { definitions.append(("text." + id, scalar(format))) }
        }
        definitions.append(
            (
                "names",
                .object([("type", .text("string")), ("pattern", .text(Formats.name.pattern ?? ""))])
            ))
        var members: [(String, JSONText)] = [
            ("$schema", .text("http://json-schema.org/draft-07/schema#")),
            ("title", .text("portgate policy, version \(Language.version)")),
        ]
        if case .object(let root) = object(Language.policy) { members += root }
        members.append(("definitions", .object(definitions)))
        return JSONText.object(members).rendered() + "\n"
    }

    private static func collect(_ shape: Shape, into formats: inout [String: TextFormat]) {
        switch shape {
        case .text(let format): formats[format.id] = format
        case .list(let entry, _): collect(entry, into: &formats)
        case .named(let value, _, _): collect(value, into: &formats)
        case .either(let shapes): for shape in shapes { collect(shape, into: &formats) }
        case .form: break
        }
    }

    private static func reference(_ name: String) -> JSONText { .object([("$ref", .text("#/definitions/\(name)"))]) }

    private static func schema(_ shape: Shape) -> JSONText {
        switch shape {
        case .text(let format): reference("text." + format.id)
        case .form(let form): reference(form.id)
        case .list(let entry, let most):
            .object([
                ("type", .text("array")), ("items", schema(entry)), ("minItems", .number(1)),
                ("maxItems", .number(most)),
            ])
        case .named(let value, _, let most):
            .object([
                ("type", .text("object")), ("propertyNames", reference("names")),
                ("additionalProperties", schema(value)),
                ("minProperties", .number(1)), ("maxProperties", .number(most)),
            ])
        case .either(let shapes): .object([("anyOf", .list(shapes.map(schema)))])
        }
    }

    private static func object(_ form: Form) -> JSONText {
        let properties: [(String, JSONText)] = form.keys.map { key in
            var description = key.doc
            if let absent = key.absent { description += " Default: \(absent)." }
            // In draft-07 nothing beside a $ref counts, so the two stand in an allOf.
            return (
                key.name,
                .object([("description", .text(description)), ("allOf", .list([schema(key.shape)]))])
            )
        }
        var members: [(String, JSONText)] = [
            ("description", .text(form.doc)), ("type", .text("object")), ("properties", .object(properties)),
            ("additionalProperties", .bool(false)),
        ]
        let required = form.keys.filter(\.required).map { JSONText.text($0.name) }
        if !required.isEmpty { members.append(("required", .list(required))) }
        if let group = form.group { members.append(condition(group)) }
        return .object(members)
    }

    private static func condition(_ group: KeyGroup) -> (String, JSONText) {
        let each: [JSONText] = group.keys.map { .object([("required", .list([.text($0)]))]) }
        switch group.count {
        case .exactlyOne: return ("oneOf", .list(each))
        case .atLeastOne: return ("anyOf", .list(each))
        case .atMostOne: return ("not", .object([("required", .list(group.keys.map { .text($0) }))]))
        }
    }

    private static func scalar(_ format: TextFormat) -> JSONText {
        var members: [(String, JSONText)] = [("description", .text("\(format.wanted)."))]
        if format.values.isEmpty {
            let types = format.readsAs.map { JSONText.text($0.rawValue) }
            members.append(("type", types.count == 1 ? types[0] : .list(types)))
            members.append(("minLength", .number(1)))
            if let longest = format.longest { members.append(("maxLength", .number(longest))) }
            if let bounds = format.bounds {
                members += [("minimum", .number(bounds.lowerBound)), ("maximum", .number(bounds.upperBound))]
            }
            if let pattern = format.pattern { members.append(("pattern", .text(pattern))) }
        } else {
            var values = format.values.map { JSONText.text($0) }
            if format.readsAs.contains(.integer) { values += format.values.compactMap(Int.init).map { .number($0) } }
            members.append(("enum", .list(values)))
        }
        return .object(members)
    }
}
