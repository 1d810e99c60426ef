import Export
import Foundation
import Testing

/// Whole exports, byte by byte. `PORTGATE_RECORD=1` rewrites them and fails the run, so that a recording is always read.
@Suite("golden exports")
struct GoldenExportTests {
    @Test("the sample is exported as recorded", arguments: ExportFormat.allCases)
    func sample(format: ExportFormat) throws {
        let output = Data(try ExportSample.exported(format))
        let file = ExportSample.fixtures.appending(path: "expected.\(format.rawValue)")
        if ProcessInfo.processInfo.environment["PORTGATE_RECORD"] == "1" {
            try output.write(to: file)
            Issue.record("recorded \(format.rawValue): read it, then run without PORTGATE_RECORD")
        }
        #expect(try output == Data(contentsOf: file))
    }
}
