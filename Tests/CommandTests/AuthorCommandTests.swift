import Foundation
import Testing

@Suite struct AuthorCommandTests {
    private static let at = ["--at", "2026-11-23T12:00+01:00"]

    /// Runs `why` on the policy of ``CheckCommandTests``.
    private func why(_ arguments: String) throws -> Portgate.Outcome {
        let folder = try Scratch()
        try folder.write("p.yaml", CheckCommandTests.good)
        return try Portgate.shell("\"$portgate\" why \(arguments) p.yaml", in: folder.url)
    }

    private func object(_ outcome: Portgate.Outcome) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: outcome.outputBytes) as? [String: Any])
    }

    @Test("why names the rule that lets a connection in")
    func allowed() throws {
        let outcome = try why("--from 10.20.0.1 --port 5432 --at 2026-11-23T12:00+01:00 -o json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let answer = try object(outcome)
        #expect(answer["verdict"] as? String == "allow")
        #expect(answer["rule"] as? String == "office")
        #expect(answer["port"] as? String == "db")
        #expect(answer["line"] as? Int == 15)
        #expect((answer["reason"] as? String)?.contains("db/office") == true)
    }

    @Test("why names the nearest rule and what was missing")
    func refused() throws {
        let arguments = "--from 10.20.0.1 --port 5432/tcp --at 2026-11-22T12:00+01:00"
        let answer = try object(why("\(arguments) -o json"))
        #expect(answer["verdict"] as? String == "deny")
        #expect(answer["rule"] is NSNull)
        let nearest = try #require(answer["nearest"] as? [String: Any])
        #expect(nearest["rule"] as? String == "office")
        #expect(nearest["missing"] as? [String] == ["window"])
        let text = try why(arguments).output
        #expect(text.hasPrefix("deny: 10.20.0.1 to 5432/tcp at 2026-11-22T11:00:00Z\n"), "\(text)")
        #expect(text.contains("nearest rule: db/office (p.yaml:15)\n"), "\(text)")
    }

    @Test("a port that no declaration covers is said to be unjudged")
    func undeclared() throws {
        let answer = try object(why("--from 10.20.0.1 --port 5432/udp -o json"))
        #expect(answer["declared"] as? Bool == false)
        #expect((answer["reason"] as? String)?.contains("does not judge") == true)
    }

    @Test(
        "a wrong connection exits 2",
        arguments: [
            ("--port 1", "missing option --from"), ("--from 1.2.3.4", "missing option --port"),
            ("--from 1.2.3 --port 1", "--from: '1.2.3' has 3 parts; an IPv4 address has four"),
            ("--from ::ffff:10.1.1.1 --port 1", "write it as IPv4: 10.1.1.1"),
            ("--from 1.2.3.4 --port 0", "--port '0'"),
            ("--from 1.2.3.4 --port 1/tpc", "did you mean '1/tcp'?"),
            ("--from 1.2.3.4 --port 1 --identity bob", "no identity 'bob'"),
            ("--from 1.2.3.4 --port 1 --request 'a b'", "--request 'a b'"),
        ])
    func wrongConnection(arguments: String, message: String) throws {
        let outcome = try why(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }

    @Test("compile prints the same bytes for the same policy on the same day, and puts names to numbers by given files")
    func compile() throws {
        let folder = try Scratch()
        try folder.write("p.yaml", CheckCommandTests.good)
        let first = try Portgate.run("compile", "p.yaml", "--at", "2026-11-23T00:00Z", in: folder.url)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("table inet portgate"))
        #expect(
            try Portgate.run("compile", "p.yaml", "--at", "2026-11-23T23:59Z", in: folder.url).output == first.output)

        try folder.write(
            "who.yaml",
            """
            version: 1
            name: x
            identities: { ci: { process: { user: no-such-user } } }
            ports: [{ name: a, port: 1, allow: [{ name: r, identities: [ci] }] }]

            """)
        let unknown = try Portgate.run("compile", "who.yaml", in: folder.url)
        #expect(unknown.status == 1)
        #expect(unknown.output == "")
        #expect(unknown.errors.contains("error[PG202]"), "\(unknown.errors)")
        try folder.write("passwd", "#x:x:1:1\nno-such-user:x:54321:54321::/:/bin/sh\nno-such-user:x:7:7::/:\n")
        let known = try Portgate.run("compile", "who.yaml", "--passwd", "passwd", in: folder.url)
        #expect(known.status == 0, "\(known.errors)")
        #expect(known.output.contains("meta skuid 54321"), "\(known.output)")
        #expect(try Portgate.run("compile", "who.yaml", "--passwd", "missing", in: folder.url).status == 2)
    }

    @Test("what is accepted and not yet enforced is refused, and nothing is printed")
    func notYetEnforced() throws {
        let policy =
            "version: 1\nname: x\ndefaults: { undeclared: deny }\n"
            + "ports: [{ name: a, port: 1, allow: [{ name: r, cidrs: [any] }] }]\n"
        let outcome = try Portgate.run("compile", "-", input: policy)
        #expect(outcome.status == 1)
        #expect(outcome.output == "")
        #expect(outcome.errors.contains("not yet enforced"), "\(outcome.errors)")
    }

    @Test(
        "a policy with errors is not compiled and decides nothing",
        arguments: ["compile -", "why --from 1.2.3.4 --port 1 -"])
    func brokenPolicy(line: String) throws {
        let outcome = try Portgate.shell("echo 'ports: 7' | \"$portgate\" \(line)")
        #expect(outcome.status == 1)
        #expect(outcome.output == "")
        #expect(outcome.errors.contains("error[PG0"), "\(outcome.errors)")
        #expect(try Portgate.shell("\"$portgate\" \(line.dropLast())missing.yaml").status == 2)
    }

    @Test("explain knows each code, whatever its case, and no other")
    func explain() throws {
        #expect(try Portgate.run("explain", "pg210").output.hasPrefix("PG210 (warning): a policy without tests\n"))
        let unknown = try Portgate.run("explain", "PG2100")
        #expect(unknown.status == 2)
        #expect(unknown.errors.contains("did you mean 'PG210'?"))
        #expect(try Portgate.run("explain").status == 2)
    }

    @Test("the schema is JSON")
    func schema() throws {
        let outcome = try Portgate.run("schema")
        #expect(outcome.status == 0)
        #expect(try object(outcome)["$schema"] != nil)
    }
}
