import Export
import Foundation
import Testing

@Suite("docs/export.md")
struct DocumentedExportTests {
    private static let page = ExportSample.fixtures.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/export.md")

    private static func block(_ language: String) throws -> String {
        let text = try String(contentsOf: page, encoding: .utf8)
        let start = try #require(text.range(of: "```\(language)\n"))
        let end = try #require(text.range(of: "```\n", range: start.upperBound..<text.endIndex))
        return String(text[start.upperBound..<end.lowerBound])
    }

    @Test("the columns of the table are those of the page")
    func columns() throws {
        let header = String(decoding: ExportSample.exporter(.csv).header, as: UTF8.self)
        let documented = try Self.block("csv-columns").split(whereSeparator: \.isWhitespace).joined(separator: ",")
        #expect(header == documented + "\r\n")
    }

    @Test("the page's line of the template is what the first record of the sample becomes")
    func template() throws {
        #expect(
            try Self.block("json")
                == ExportSample.export(String(decoding: ExportSample.lines[0], as: UTF8.self), .template))
    }

    @Test("a record's leaf hash follows from raw_data as the page's script does it")
    func script() throws {
        let script = try Self.block("python")
        var output: [UInt8] = []
        for (leaf, line) in ExportSample.lines.enumerated() {
            try ExportSample.exporter(.ocsf).append(
                line, leaf: UInt64(leaf), hash: try ExportSample.leafHash(line), to: &output)
        }
        _ = try Python.run(script, output)
        output = []
        try ExportSample.exporter(.ocsf).append(
            ExportSample.lines[0], leaf: 0, hash: ExportSample.hash(1), to: &output)
        #expect(throws: Python.Failed.self) { try Python.run(script, output) }
    }
}
