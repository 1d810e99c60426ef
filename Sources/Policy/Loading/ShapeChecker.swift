/// Checks a file's nodes against the tables of ``Language``: unknown and missing keys, wrong kinds of values, empty lists, closed
/// lists of values, names. What the tables leave open (numbers, dates, addresses) ``PolicyBuilder`` reads.
///
/// Every node is visited, and whatever does not fit is reported, so that the builder may read leniently what is left.
struct ShapeChecker {
    /// What was found.
    var findings: Findings

    /// Checks a whole file.
    mutating func check(file root: YAMLNode) {
        check(root, as: .form(Language.policy), subject: "the file")
    }

    private mutating func check(_ node: YAMLNode, as shape: Shape, subject: @autoclosure () -> String) {
        switch (shape, node.content) {
        case (.text(let format), .scalar(let scalar)):
            check(scalar, at: node.span, as: format, subject: subject())
        case (.list(let entry, let most), .sequence(let items)):
            guard !items.isEmpty else {
                findings.add(.empty(subject(), wanted: shape.wanted, at: node.span))
                return
            }
            if items.count > most { findings.add(.tooMany(subject(), limit: most, at: node.span)) }
            for item in items { check(item, as: entry, subject: "an entry of \(subject())") }
        case (.form(let form), .mapping(let entries)):
            check(entries, at: node.span, as: form)
        case (.named(let value, let what, let most), .mapping(let entries)):
            guard !entries.isEmpty else {
                findings.add(.empty(subject(), wanted: shape.wanted, at: node.span))
                return
            }
            if entries.count > most { findings.add(.tooMany(subject(), limit: most, at: node.span)) }
            check(entries, named: what, as: value)
        case (.either(let shapes), _):
            guard let fitting = shapes.first(where: { $0.fits(node) }) else {
                report(node, wanted: shape, subject: subject())
                return
            }
            check(node, as: fitting, subject: subject())
        default:
            report(node, wanted: shape, subject: subject())
        }
    }

    private mutating func check(_ entries: [YAMLEntry], at span: SourceSpan, as form: Form) {
        var present: Set<String> = []
        for entry in entries {
            guard let name = entry.key.text else {
                findings.add(
                    .wrongShape(
                        "a key", found: entry.key.kindInWords, wanted: "one of \(form.keyList)", at: entry.key.span))
                continue
            }
            guard let key = form.key(named: name) else {
                findings.add(.unknownKey(name, in: form, at: entry.key.span))
                continue
            }
            present.insert(name)
            check(entry.value, as: key.shape, subject: key.name)
        }
        for key in form.keys where key.required && !present.contains(key.name) {
            findings.add(.missingKey(key, of: form, at: span))
        }
        guard let group = form.group else { return }
        let stated = group.keys.filter(present.contains)
        switch group.count {
        case .exactlyOne where stated.count != 1, .atMostOne where stated.count > 1:
            findings.add(.badKeyGroup(form, group, found: stated, at: span))
        case .atLeastOne where stated.isEmpty:
            if form.id == Language.rule.id {
                let name = entries.first { $0.key.text == "name" }?.value
                findings.add(.noSource(group, at: name?.span ?? span, rule: name?.text))
            } else {
                findings.add(.badKeyGroup(form, group, found: [], at: span))
            }
        default: break
        }
    }

    private mutating func check(_ entries: [YAMLEntry], named what: String, as shape: Shape) {
        for entry in entries {
            guard let name = entry.key.text else {
                findings.add(.wrongShape("a key", found: entry.key.kindInWords, wanted: "a name", at: entry.key.span))
                continue
            }
            if Name(name) == nil { findings.add(.badName(name, "the name", at: entry.key.span)) }
            check(entry.value, as: shape, subject: "'\(name.quoted)'")
        }
    }

    private mutating func check(
        _ scalar: YAMLScalar, at span: SourceSpan, as format: TextFormat, subject: @autoclosure () -> String
    ) {
        let text = scalar.text
        if text.isEmpty || scalar.isNull {
            findings.add(
                .wrongShape(
                    subject(), found: scalar.isPlain ? "empty" : "an empty text", wanted: format.wanted, at: span))
        } else if !format.values.isEmpty {
            if !format.values.contains(text) { findings.add(.notAChoice(text, subject(), of: format.values, at: span)) }
        } else if format.id == Formats.name.id {
            if Name(text) == nil { findings.add(.badName(text, subject(), at: span)) }
        } else if let longest = format.longest, text.utf8.count > longest, text.unicodeScalars.count > longest {
            findings.add(.unfitText(subject(), "is longer than \(longest) characters", at: span))
        } else if let control = text.unicodeScalars.first(where: \.isControl) {
            let spelt = String(Character(control)).quoted
            findings.add(
                .unfitText(subject(), "holds the control character '\(spelt)'; write one line of text", at: span))
        }
    }

    private mutating func report(_ node: YAMLNode, wanted shape: Shape, subject: String) {
        var fix: Diagnostic.Fix?
        if case .list = shape, let text = node.text, !text.isEmpty, node.span.line == node.span.endLine {
            fix = Diagnostic.Fix(span: node.span, replacement: "[\(text)]")
        }
        findings.add(.wrongShape(subject, found: node.kindInWords, wanted: shape.wanted, at: node.span, fix: fix))
    }
}

extension Shape {
    /// Tells whether a node is of the kind this shape is: a scalar, a list or a mapping.
    fileprivate func fits(_ node: YAMLNode) -> Bool {
        switch (self, node.content) {
        case (.text, .scalar), (.list, .sequence), (.form, .mapping), (.named, .mapping): true
        case (.either(let shapes), _): shapes.contains { $0.fits(node) }
        default: false
        }
    }
}

extension Unicode.Scalar {
    /// Whether the scalar is a control character, or one that changes how its neighbours are shown.
    var isControl: Bool {
        switch value {
        case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
