import Foundation
import Host
import Testing

@Suite struct OutputTests {
    @Test("what is written arrives whole and in order once it is flushed")
    func order() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("x")
        var output = Output(try Descriptor(opening: path, O_WRONLY), subject: "x")
        var expected = ""
        for number in 0..<50_000 {
            try output.write("\(number)\n")
            expected += "\(number)\n"
        }
        try output.write([0x65, 0x6e, 0x64])
        try output.flush()
        #expect(try Files.read(path) == Array((expected + "end").utf8))
    }

    @Test("a full device is told, and told again")
    func noSpace() throws {
        var output = Output(try Descriptor(opening: "/dev/full", O_WRONLY), subject: "the report")
        try output.write("x")
        for _ in 0..<2 {
            let failure = failure(of: &output)
            let error = try #require(failure)
            #expect("\(error)" == "cannot write to the report: No space left on device; make room on the file system")
            #expect(!error.isBrokenPipe)
        }
    }

    @Test("a reader that has gone is told apart")
    func brokenPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        var output = Output(Descriptor(owning: ends[1]), subject: "a pipe")
        try output.write("x")
        let failure = failure(of: &output)
        #expect(failure?.isBrokenPipe == true)
    }

    private func failure(of output: inout Output) -> HostError? {
        do throws(HostError) {
            try output.flush()
            return nil
        } catch {
            return error
        }
    }
}
