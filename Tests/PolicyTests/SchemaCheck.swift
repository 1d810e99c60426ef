import Foundation

@testable import Policy

/// A checker of JSON Schema draft-07 for the words that portgate's schema uses, written without regard to how it is made.
enum SchemaCheck {
    struct UnknownWord: Error { let word: String }

    /// Returns what the schema objects to in a policy's text, read as YAML 1.2's core schema types it.
    static func objections(to text: String) throws -> [String] {
        var diagnostics: [Diagnostic] = []
        guard let root = YAMLReader.read(Array(text.utf8), file: 0, diagnostics: &diagnostics) else {
            return ["not YAML"]
        }
        let schema = try SchemaTests.schema()
        return try objections(to: value(root), schema, root: schema, at: "$")
    }

    private static func value(_ node: YAMLNode) -> Any {
        switch node.content {
        case .sequence(let items): return items.map(value)
        case .mapping(let entries):
            return Dictionary(entries.map { ($0.key.text ?? "", value($0.value)) }) { first, _ in first }
        case .scalar(let scalar):
            guard scalar.isPlain else { return scalar.text }
            if scalar.isNull { return NSNull() }
            if ["true", "false", "True", "False", "TRUE", "FALSE"].contains(scalar.text) { return true }
            if scalar.text.wholeMatch(of: /[-+]?[0-9]+/) != nil { return Int(scalar.text) ?? 0 }
            if scalar.text.wholeMatch(of: /0x[0-9a-fA-F]+|0o[0-7]+/) != nil { return 80 }
            if scalar.text.wholeMatch(of: /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/) != nil { return 1.5 }
            return scalar.text
        }
    }

    private static func type(of value: Any) -> Set<String> {
        switch value {
        case is String: ["string"]
        case is [Any]: ["array"]
        case is [String: Any]: ["object"]
        case is Bool: ["boolean"]
        case is Int: ["integer", "number"]
        case is Double: ["number"]
        default: ["null"]
        }
    }

    private static func objections(to value: Any, _ schema: [String: Any], root: [String: Any], at path: String) throws
        -> [String]
    {
        var found: [String] = []
        func check(_ holds: Bool, _ word: String) { if !holds { found.append("\(path): \(word)") } }
        func fits(_ schema: Any) throws -> Bool {
            try objections(to: value, schema as? [String: Any] ?? [:], root: root, at: path).isEmpty
        }
        let object = value as? [String: Any]
        let array = value as? [Any]
        let text = value as? String
        for (word, argument) in schema {
            switch word {
            case "$schema", "title", "description", "definitions": continue
            case "$ref":
                let name = String((argument as? String ?? "").dropFirst("#/definitions/".count))
                let target = (root["definitions"] as? [String: Any])?[name] as? [String: Any]
                guard let target else { throw UnknownWord(word: "\(argument)") }
                found += try objections(to: value, target, root: root, at: path)
            case "type":
                let wanted = Set(argument as? [String] ?? [argument as? String ?? ""])
                check(!wanted.isDisjoint(with: type(of: value)), "type")
            case "enum":
                let values = argument as? [Any] ?? []
                check(values.contains { "\($0)" == "\(value)" && ($0 is String) == (value is String) }, "enum")
            case "pattern":
                if let text { check(try text.contains(Regex(argument as? String ?? "")), "pattern") }
            case "minimum": if let number = value as? Int { check(number >= argument as? Int ?? 0, word) }
            case "maximum": if let number = value as? Int { check(number <= argument as? Int ?? 0, word) }
            case "minLength": if let text { check(text.unicodeScalars.count >= argument as? Int ?? 0, word) }
            case "maxLength": if let text { check(text.unicodeScalars.count <= argument as? Int ?? 0, word) }
            case "minItems": if let array { check(array.count >= argument as? Int ?? 0, word) }
            case "maxItems": if let array { check(array.count <= argument as? Int ?? 0, word) }
            case "minProperties": if let object { check(object.count >= argument as? Int ?? 0, word) }
            case "maxProperties": if let object { check(object.count <= argument as? Int ?? 0, word) }
            case "items":
                for (index, item) in (array ?? []).enumerated() {
                    found += try objections(
                        to: item, argument as? [String: Any] ?? [:], root: root, at: "\(path)[\(index)]")
                }
            case "required":
                if let object { check((argument as? [String] ?? []).allSatisfy { object[$0] != nil }, word) }
            case "properties":
                for (key, schema) in argument as? [String: [String: Any]] ?? [:] {
                    guard let member = object?[key] else { continue }
                    found += try objections(to: member, schema, root: root, at: "\(path).\(key)")
                }
            case "additionalProperties":
                let known = (schema["properties"] as? [String: Any] ?? [:]).keys
                for (key, member) in object ?? [:] where !known.contains(key) {
                    if let schema = argument as? [String: Any] {
                        found += try objections(to: member, schema, root: root, at: "\(path).\(key)")
                    } else {
                        found.append("\(path): no key \(key)")
                    }
                }
            case "propertyNames":
                for key in (object ?? [:]).keys {
                    found += try objections(to: key, argument as? [String: Any] ?? [:], root: root, at: "\(path) key")
                }
            case "allOf": check(try (argument as? [Any] ?? []).allSatisfy(fits), word)
            case "anyOf": check(try (argument as? [Any] ?? []).contains(where: fits), word)
            case "oneOf": check(try (argument as? [Any] ?? []).filter(fits).count == 1, word)
            case "not": check(try !fits(argument), word)
            default: throw UnknownWord(word: word)
            }
        }
        return found
    }
}
