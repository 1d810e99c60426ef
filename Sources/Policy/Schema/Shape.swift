/// What a value in a policy file looks like: the grammar that ``ShapeChecker`` enforces and ``JSONSchema`` prints.
indirect enum Shape: Sendable {
    /// A scalar.
    case text(TextFormat)
    /// A list of at least one entry and at most `most`.
    case list(Shape, most: Int)
    /// A mapping with a fixed set of keys.
    case form(Form)
    /// A mapping from names to values of one shape, at least one.
    case named(Shape, what: String, most: Int)
    /// One of several shapes, told apart by what the node is: at most one scalar, one list and one mapping among them.
    case either([Shape])

    /// One value, or a list of them.
    static func oneOrList(_ shape: Shape, most: Int) -> Shape { .either([shape, .list(shape, most: most)]) }

    /// What is wanted, in words that follow "wanted".
    var wanted: String {
        switch self {
        case .text(let format): format.wanted
        case .list(let entry, _): "a list, each entry \(entry.wanted)"
        case .form(let form): "a mapping with the keys \(form.keyList)"
        case .named(_, let what, _): "a mapping from names to \(what)"
        case .either(let shapes):
            if shapes.count == 2, case .list = shapes[1] {
                "\(shapes[0].wanted), or a list of these"
            } else {
                shapes.map(\.wanted).joined(separator: ", or ")
            }
        }
    }
}

/// A mapping with a fixed set of keys.
struct Form: Sendable {
    /// The name under `definitions` in the JSON Schema.
    let id: String
    /// What it describes, as messages call it: `a port`.
    let title: String
    /// What it is for, in a sentence.
    let doc: String
    /// The keys, in the order in which they are documented.
    let keys: [FormKey]
    /// What must hold between keys.
    var group: KeyGroup?

    /// Returns the key of that name.
    func key(named name: String) -> FormKey? { keys.first { $0.name == name } }

    /// The keys in a sentence.
    var keyList: String {
        let names = keys.map(\.name)
        guard names.count > 1, let last = names.last else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}

/// One key of a form.
struct FormKey: Sendable {
    /// The key as written.
    let name: String
    /// Its value.
    let shape: Shape
    /// Whether a mapping without it is an error.
    var required = false
    /// What it says, in a sentence.
    let doc: String
    /// What holds when it is absent, as written in a policy or in words; nil for required keys.
    var absent: String?
    /// A value as written in flow style.
    let example: String
}

/// A condition on which keys of a form are present.
struct KeyGroup: Sendable {
    /// How many of the keys may be there.
    enum Count: Sendable {
        case exactlyOne, atLeastOne, atMostOne
    }

    /// How many.
    let count: Count
    /// Of these.
    let keys: [String]
    /// What to write, said when none is there.
    var hint = ""
}
