import Foundation
import Testing

@Suite struct TestCommandTests {
    private static func good(_ more: String = "") -> String { CheckCommandTests.good + more }

    @Test("tests that come out as expected exit 0")
    func passing() throws {
        let outcome = try Portgate.run("test", "-", input: Self.good())
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.hasPrefix("3 tests: 3 passed in -"), "\(outcome.output)")
    }

    @Test("a failed test shows its place, what was expected, the deciding rule and the nearest miss")
    func failing() throws {
        let more = """
              - { name: wrong, port: db, from: 10.20.0.1, at: "2026-11-23T12:00+01:00", expect: deny }
              - { name: shut, port: db, from: 10.20.0.1, at: "2026-11-22T12:00+01:00", expect: allow, by: office }

            """
        let outcome = try Portgate.run("test", "-", input: Self.good(more))
        #expect(outcome.status == 1)
        for words in [
            "failed test 'wrong': expected deny, the policy decides allow", "allowed by db/office (<stdin>:15)",
            "failed test 'shut': expected allow, the policy decides deny", "nearest rule db/office (<stdin>:15): ",
            "--> <stdin>:21:", "5 tests: 3 passed, 2 failed",
        ] { #expect(outcome.output.contains(words), "\(words) in \(outcome.output)") }
    }

    @Test("a policy without tests says so; it is no pass with --strict")
    func none() throws {
        let folder = try Scratch()
        try folder.write("p.yaml", "version: 1\nname: x\nports:\n  - { name: a, port: 1 }\n")
        let outcome = try Portgate.run("test", "p.yaml", in: folder.url)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("warning[PG210]: policy 'x' has no tests"), "\(outcome.output)")
        #expect(try Portgate.run("test", "p.yaml", "--strict", in: folder.url).status == 1)
    }

    @Test("rules that no test exercises are found with --fail-on-untested")
    func untested() throws {
        let folder = try Scratch()
        let rule = "          - { name: spare, cidrs: [10.9.0.0/16] }\n"
        try folder.write(
            "p.yaml", Self.good().replacingOccurrences(of: "tests:\n", with: "\(rule.dropFirst(4))tests:\n"))
        #expect(try Portgate.run("test", "p.yaml", in: folder.url).status == 0)
        let outcome = try Portgate.run("test", "p.yaml", "--fail-on-untested", in: folder.url)
        #expect(outcome.status == 1)
        #expect(
            outcome.output.contains("error[PG211]: no test is allowed by rule 'spare' of port 'db'"),
            "\(outcome.output)")
        #expect(!outcome.output.contains("rule 'office'"))
    }

    @Test("a policy with errors is not tested and not passed", arguments: ["text", "json", "junit", "tap"])
    func broken(format: String) throws {
        let outcome = try Portgate.run("test", "-", "-o", format, input: "version: 1\nname: x\nports: 7\n")
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("PG0"), "\(outcome.output)")
    }

    @Test("what cannot be read exits 2")
    func unreadable() throws { #expect(try Portgate.run("test", "missing.yaml").status == 2) }

    @Test("JUnit and TAP carry every test")
    func machine() throws {
        let folder = try Scratch()
        try folder.write("p.yaml", Self.good())
        let outcome = try Portgate.run("test", "p.yaml", "-o", "tap", "-o", "junit=out.xml", in: folder.url)
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("TAP version 14\n1..3\nok 1 - p.yaml: noon\n"), "\(outcome.output)")
        let xml = try String(contentsOf: folder.url.appendingPathComponent("out.xml"), encoding: .utf8)
        #expect(xml.contains("tests=\"3\" failures=\"0\""))
    }
}
