import Policy

/// A report as SARIF 2.1.0 (OASIS), as code scanning reads it.
public enum SARIFReport {
    /// Renders a report; `version` is portgate's.
    public static func render(_ report: Report, version: String) -> [UInt8] {
        let codes = Set(report.subjects.flatMap { $0.findings.map(\.code) }).sorted()
        var json = JSONWriter()
        json.object { json in
            json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
            json.member("version", "2.1.0")
            json.key("runs")
            json.array { json in
                json.object { json in
                    tool(codes, version: version, &json)
                    json.member("columnKind", "unicodeCodePoints")
                    json.key("invocations")
                    json.array { json in
                        json.object { $0.member("executionSuccessful", report.complete) }
                    }
                    json.key("results")
                    json.array { json in
                        for subject in report.subjects {
                            for finding in subject.findings {
                                result(finding, codes, in: subject.sources, &json)
                            }
                        }
                    }
                }
            }
        }
        return json.finished()
    }

    private static func tool(_ codes: [String], version: String, _ json: inout JSONWriter) {
        json.key("tool")
        json.object { json in
            json.key("driver")
            json.object { json in
                json.member("name", "portgate")
                json.member("semanticVersion", version)
                json.key("rules")
                json.array(codes) { json, code in
                    json.object { json in
                        json.member("id", code)
                        guard let entry = DiagnosticCatalog.entry(for: code) else { return }
                        message("shortDescription", entry.title, &json)
                        message("fullDescription", entry.explanation, &json)
                        message("help", entry.explanation, &json)
                        json.key("defaultConfiguration")
                        json.object { $0.member("level", entry.severity.rawValue) }
                    }
                }
            }
        }
    }

    private static func result(
        _ finding: Diagnostic, _ codes: [String], in sources: SourceMap, _ json: inout JSONWriter
    ) {
        json.object { json in
            json.member("ruleId", finding.code)
            json.member("ruleIndex", codes.firstIndex(of: finding.code) ?? -1)
            json.member("level", finding.severity.rawValue)
            var text = finding.message
            for note in finding.notes where note.span == nil { text += "\n\(note.message)" }
            message("message", text, &json)
            if let span = finding.span {
                json.key("locations")
                json.array { json in
                    json.object { location(span, in: sources, &$0) }
                }
            }
            let placed = finding.notes.compactMap { note in note.span.map { (note.message, $0) } }
            if !placed.isEmpty {
                json.key("relatedLocations")
                json.array(placed.enumerated()) { json, related in
                    json.object { json in
                        json.member("id", related.offset + 1)
                        message("message", related.element.0, &json)
                        location(related.element.1, in: sources, &json)
                    }
                }
            }
            if let fix = finding.fix { self.fix(fix, in: sources, &json) }
        }
    }

    private static func fix(_ fix: Diagnostic.Fix, in sources: SourceMap, _ json: inout JSONWriter) {
        json.key("fixes")
        json.array { json in
            json.object { json in
                json.key("artifactChanges")
                json.array { json in
                    json.object { json in
                        artifact(fix.span, in: sources, &json)
                        json.key("replacements")
                        json.array { json in
                            json.object { json in
                                region("deletedRegion", fix.span, &json)
                                json.key("insertedContent")
                                json.object { $0.member("text", fix.replacement) }
                            }
                        }
                    }
                }
            }
        }
    }

    private static func location(_ span: SourceSpan, in sources: SourceMap, _ json: inout JSONWriter) {
        json.key("physicalLocation")
        json.object { json in
            artifact(span, in: sources, &json)
            region("region", span, &json)
        }
    }

    private static func artifact(_ span: SourceSpan, in sources: SourceMap, _ json: inout JSONWriter) {
        json.key("artifactLocation")
        json.object { $0.member("uri", uri(sources.path(of: span))) }
    }

    private static func region(_ name: StaticString, _ span: SourceSpan, _ json: inout JSONWriter) {
        json.key(name)
        json.object { json in
            json.member("startLine", span.line)
            json.member("startColumn", span.column)
            json.member("endLine", span.endLine)
            json.member("endColumn", span.endColumn)
        }
    }

    private static func message(_ name: StaticString, _ text: String, _ json: inout JSONWriter) {
        json.key(name)
        json.object { $0.member("text", text) }
    }

    /// Returns a path as a URI reference (RFC 3986): relative for a relative path, `file:` for an absolute one.
    static func uri(_ path: String) -> String {
        var text = path.hasPrefix("/") ? "file://" : ""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += byte < 16 ? "%0" : "%"
                text += String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}
