import Foundation
import Glibc
import TestSupport
import Testing

@testable import Sinks

@Suite("records in a file") struct FileSinkTests {
    private static func text(_ sample: SinkSample) throws -> String {
        try sample.lines().joined(separator: "\n") + "\n"
    }

    @Test("a file has every record once, and only its owner reads it")
    func delivery() throws {
        let sample = try SinkSample(records: 400)
        let sink = "file:\(sample.path("out"))"
        for last in [410, 420] {
            #expect(try sample.ship("--once", "--sink", sink).status == 0)
            #expect(try sample.text("out") == Self.text(sample))
            try sample.write((last - 10)..<last)
        }
        var status = stat()
        #expect(stat(sample.path("out"), &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test("a file that was renamed away is begun anew, and no record is in neither")
    func renamed() throws {
        let sample = try SinkSample(records: 10)
        let ship = try sample.start("--sink", "file:\(sample.path("out"))")
        #expect(try eventually { try sample.text("out") == Self.text(sample) }, "\(ship.messages)")
        #expect(rename(sample.path("out"), sample.path("out.1")) == 0)
        try sample.write(10..<20)
        #expect(
            try eventually { try sample.text("out.1") + sample.text("out") == Self.text(sample) }, "\(ship.messages)")
        #expect(!sample.text("out").isEmpty)
        #expect(ship.stop() == 0)
    }

    @Test("a line that a crash left unfinished is ended before the next")
    func tornLine() throws {
        let sample = try SinkSample(records: 3)
        try "{\"timest".write(toFile: sample.path("out"), atomically: true, encoding: .utf8)
        #expect(try sample.ship("--once", "--sink", "file:\(sample.path("out"))").status == 0)
        #expect(try sample.text("out") == "{\"timest\n" + Self.text(sample))
    }

    @Test("neither a link nor a pipe is written to")
    func notAFile() throws {
        let sample = try SinkSample(records: 3)
        try "mine".write(toFile: sample.path("target"), atomically: true, encoding: .utf8)
        #expect(symlink(sample.path("target"), sample.path("link")) == 0)
        #expect(mkfifo(sample.path("pipe"), 0o600) == 0)
        for name in ["link", "pipe"] {
            let result = try sample.ship("--once", "--timeout", "1", "--sink", "file:\(sample.path(name))")
            #expect(result.status == 1)
            #expect(result.errors.contains("cannot append to \(sample.path(name))"), "\(result.errors)")
        }
        #expect(sample.text("target") == "mine")
    }

    @Test("a sink that fails comes back by itself, and is told twice: when it fails and when it takes records again")
    func recovery() throws {
        let sample = try SinkSample(records: 3)
        let ship = try sample.start("--sink", "file:\(sample.path("folder/out")),name=near")
        #expect(eventually { ship.messages.contains("No such file or directory") })
        try FileManager.default.createDirectory(atPath: sample.path("folder"), withIntermediateDirectories: true)
        #expect(try eventually { try sample.text("folder/out") == Self.text(sample) })
        #expect(eventually { ship.messages.contains("near: takes records from leaf 0 on") }, "\(ship.messages)")
        #expect(ship.stop() == 0)
    }

    @Test("lines longer than a batch arrive")
    func longLines() throws {
        let sample = try SinkSample()
        try sample.write(0..<5, filler: 900_000)
        #expect(try sample.ship("--once", "--sink", "file:\(sample.path("out"))").status == 0)
        #expect(try sample.text("out") == Self.text(sample))
    }

    @Test("--for ends by itself, with the cursor written")
    func forSeconds() throws {
        let sample = try SinkSample(records: 3)
        #expect(try sample.ship("--for", "1", "--sink", "file:\(sample.path("out")),name=near").status == 0)
        #expect(sample.text("state/cursors/near").contains("next 4\n"))
    }
}
