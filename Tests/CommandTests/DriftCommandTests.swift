import Foundation
import Testing

/// How `portgate drift` is called, without a gate.
@Suite("drift on the command line")
struct DriftCommandTests {
    @Test(
        "what does not go together is refused before anything is looked at",
        arguments: [
            "--repair D-1", "--repair D-0a1b2c3d --watch", "--for 3", "--watch -o html", "--watch -o json=x",
            "--watch -",
            "--repair D-0a1b2c3d -o html", "--accept --no-remember", "--for 0 --watch", "--ignores ''", "a b", "-o tap",
        ])
    func usage(arguments: String) throws {
        let outcome = try Portgate.shell("\"$portgate\" drift \(arguments)")
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test("a host without a gate is never clean, and nothing is written for the look")
    func nothing() throws {
        let scratch = try Scratch()
        let outcome = try Portgate.shell(
            "unshare --net \"$portgate\" drift --state-dir state; echo \"exit $?\"; ls", in: scratch.url)
        #expect(outcome.output.contains("PG451") && outcome.output.hasSuffix("exit 1\n"), "\(outcome.output)")
    }

    @Test("a policy that cannot be read is told beside all else")
    func noPolicy() throws {
        let scratch = try Scratch()
        let outcome = try Portgate.shell(
            "unshare --net \"$portgate\" drift none.yaml -o json --state-dir state", in: scratch.url)
        #expect(outcome.output.contains("none.yaml is none that can be used"), "\(outcome.output)")
        #expect(outcome.output.contains("PG451") && outcome.output.contains("\"complete\":false"))
    }
}
