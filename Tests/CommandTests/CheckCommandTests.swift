import Foundation
import Testing

@Suite struct CheckCommandTests {
    /// A policy without findings of any weight but notes.
    static let good = """
        version: 1
        name: shop
        owner: shop-team
        networks:
          office: [10.20.0.0/16]
        windows:
          business: { timezone: Europe/Berlin, days: [mon-fri], hours: ["08:00-18:00"] }
        ports:
          - name: db
            port: 5432
            protocol: tcp
            owner: shop-team
            description: the shop's database
            allow:
              - { name: office, cidrs: [office], windows: [business], reason: SHOP-1 }
        tests:
          - { name: noon, port: db, from: 10.20.0.1, at: "2026-11-23T12:00+01:00", expect: allow, by: office }
          - { name: night, port: db, from: 10.20.0.1, at: "2026-11-23T23:00+01:00", expect: deny }
          - { name: elsewhere, port: db, from: 10.21.0.1, at: "2026-11-23T12:00+01:00", expect: deny }

        """

    /// A policy whose one port holds `port` and one rule that holds `rule`, at known lines: `port:` is line 5, the rule line 7.
    private static func policy(port: String = "5432", rule: String = "cidrs: [any]", head: String = "name: x") -> String
    {
        """
        version: 1
        \(head)
        ports:
          - name: db
            port: \(port)
            allow:
              - { name: r, \(rule) }

        """
    }

    @Test(
        "every mistake is an error at its line and column, in text and in JSON",
        arguments: [
            ("prefix /33", policy(rule: "cidrs: [10.0.0.0/33]"), 7, 28),
            ("octet 256", policy(rule: "cidrs: [10.0.256.0/24]"), 7, 28),
            ("host bits", policy(rule: "cidrs: [10.1.2.3/16]"), 7, 28),
            ("octal octet", policy(rule: "cidrs: [010.0.0.1]"), 7, 28),
            ("IPv4-mapped", policy(rule: "cidrs: [\"::ffff:10.0.0.1\"]"), 7, 28),
            (
                "unknown network", policy(rule: "cidrs: [ofice]", head: "networks: { office: [10.0.0.0/8] }\nname: x"),
                8, 28
            ),
            ("unknown identity", policy(rule: "identities: [bob]"), 7, 33),
            ("unknown window", policy(rule: "cidrs: [any], windows: [w]"), 7, 44),
            ("unknown request", policy(rule: "cidrs: [any], requests: [htp]"), 7, 45),
            ("misspelt key", policy(rule: "cidr: [any]"), 7, 20),
            ("empty list", policy(rule: "cidrs: []"), 7, 27),
            ("port 70000", policy(port: "70000"), 5, 11),
            ("port 0", policy(port: "0"), 5, 11),
            ("backward range", policy(port: "9000-8000"), 5, 11),
            ("not a number", policy(port: "https"), 5, 11),
            ("impossible date", policy(rule: "cidrs: [any], expires: 2026-02-30"), 7, 43),
            ("tab", "version: 1\nname: x\nports:\n\t- name: a\n", 4, 1),
            ("unterminated quote", "version: 1\nname: \"x\n", 2, 7),
            ("twice", "version: 1\nname: x\nname: y\n", 3, 1),
            ("NUL", "version: 1\nname: x\u{0}\n", 2, 8),
        ])
    func mistakes(_ name: String, text: String, line: Int, column: Int) throws {
        let folder = try Scratch()
        try folder.write("p.yaml", text)
        let outcome = try Portgate.run("check", "p.yaml", "-o", "text", "-o", "json=found.json", in: folder.url)
        #expect(outcome.status == 1, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains("--> p.yaml:\(line):\(column)\n"), "\(outcome.output)")
        #expect(outcome.output.contains("error[PG0"))
        let findings = try Self.findings(Data(contentsOf: folder.url.appendingPathComponent("found.json")))
        #expect(
            findings.contains {
                $0["line"] as? Int == line && $0["column"] as? Int == column && $0["severity"] as? String == "error"
                    && $0["file"] as? String == "p.yaml"
            })
    }

    @Test("what a slip probably meant is suggested")
    func suggestions() throws {
        let folder = try Scratch()
        try folder.write(
            "p.yaml", Self.policy(rule: "cidrs: [ofice]", head: "networks: { office: [10.0.0.0/8] }\nname: x"))
        #expect(try Portgate.run("check", "p.yaml", in: folder.url).output.contains("office"))
        try folder.write("p.yaml", Self.policy(rule: "cidr: [any]"))
        #expect(try Portgate.run("check", "p.yaml", in: folder.url).output.contains("cidrs"))
    }

    @Test("a name declared in two files shows both places")
    func twoFiles() throws {
        let folder = try Scratch()
        try folder.write("p/a.yaml", Self.policy())
        try folder.write("p/b.yaml", "version: 1\nports:\n  - { name: db, port: 1 }\n")
        let outcome = try Portgate.run("check", "p", in: folder.url)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("--> p/b.yaml:3:13"), "\(outcome.output)")
        #expect(outcome.output.contains("--> p/a.yaml:4:11"), "\(outcome.output)")
    }

    @Test("broken UTF-8 is an error at its place and cannot reach the terminal")
    func brokenText() throws {
        let folder = try Scratch()
        try Data([UInt8]("version: 1\nname: ".utf8) + [0xff, 0x1b, 0x5b, 0x0a]).write(
            to: folder.url.appendingPathComponent("p.yaml"))
        let outcome = try Portgate.run("check", "p.yaml", in: folder.url)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("--> p.yaml:2:7\n"), "\(outcome.output)")
        #expect(!outcome.output.contains("\u{1b}"))
    }

    @Test("a policy without mistakes exits 0 in every format and says what to run next")
    func clean() throws {
        let folder = try Scratch()
        try folder.write("p.yaml", Self.good)
        let outcome = try Portgate.run(
            "check", "p.yaml", "--at", "2026-11-21T00:00Z", "-o", "sarif=s", "-o", "junit=j", "-o", "github=g", "-o",
            "json=n",
            "-o", "text", in: folder.url)
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.hasSuffix("next: portgate test p.yaml\n"))
        for name in ["s", "j", "g", "n"] {
            #expect(try !Data(contentsOf: folder.url.appendingPathComponent(name)).isEmpty)
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == [
                "g", "j", "n", "p.yaml", "s",
            ])
    }

    @Test("warnings fail only with --strict, and an expired rule is found as of --at")
    func strict() throws {
        let folder = try Scratch()
        try folder.write("p.yaml", Self.policy(rule: "cidrs: [10.0.0.0/8], expires: 2027-03-31"))
        func run(_ more: String...) throws -> Portgate.Outcome {
            try Portgate.shell("\"$portgate\" check p.yaml \(more.joined(separator: " "))", in: folder.url)
        }
        let early = try run("--at 2026-11-21T00:00Z")
        #expect(early.status == 0, "\(early.output)")
        #expect(early.output.contains("warning[PG1"), "\(early.output)")
        #expect(try run("--strict --at 2026-11-21T00:00Z").status == 1)
        let late = try run("--at 2027-04-01T00:00Z")
        #expect(late.status == 1)
        #expect(late.output.contains("2027-03-31"), "\(late.output)")
    }

    @Test("standard input is a policy of its own, named <stdin>")
    func standardInput() throws {
        #expect(try Portgate.run("check", "-", input: Self.good).status == 0)
        let outcome = try Portgate.run("check", "-", input: Self.policy(port: "0"))
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("--> <stdin>:5:11"), "\(outcome.output)")
        #expect(try Portgate.run("check", "-", "-", input: Self.good).status == 2)
        #expect(try Portgate.shell(#""$portgate" check - <&-"#).status == 2)
    }

    @Test("several paths are several policies: the same port in two of them is no mistake")
    func severalPaths() throws {
        let folder = try Scratch()
        try folder.write("a.yaml", Self.good)
        try folder.write("b.yaml", Self.good)
        try folder.write("c.yaml", Self.policy(port: "0"))
        #expect(try Portgate.run("check", "a.yaml", "b.yaml", in: folder.url).status == 0)
        let outcome = try Portgate.run("check", "a.yaml", "c.yaml", "-o", "json", in: folder.url)
        #expect(outcome.status == 1)
        #expect(try Self.findings(outcome.outputBytes).contains { $0["file"] as? String == "c.yaml" })
        #expect(
            try !Self.findings(outcome.outputBytes).contains {
                $0["severity"] as? String == "error" && $0["file"] as? String == "a.yaml"
            })
    }

    @Test("what cannot be read exits 2 and is never a clean look")
    func unreadable() throws {
        let folder = try Scratch()
        try folder.write("a.yaml", Self.good)
        let outcome = try Portgate.run("check", "a.yaml", "missing.yaml", "-o", "json", in: folder.url)
        #expect(outcome.status == 2)
        #expect(outcome.output.contains("\"complete\":false"))
        #expect(try Portgate.run("check", "/dev/zero").status == 2)
        #expect(try Portgate.run("check", "").status == 2)
    }

    @Test("an output that cannot be written exits 3 and leaves nothing behind")
    func unwritable() throws {
        let folder = try Scratch()
        try folder.write("p.yaml", Self.good)
        let outcome = try Portgate.run("check", "p.yaml", "-o", "json=no/such/folder.json", in: folder.url)
        #expect(outcome.status == 3)
        #expect(outcome.errors.contains("cannot write"), "\(outcome.errors)")
        #expect(try Portgate.run("check", "p.yaml", "-o", "json=/dev/full", in: folder.url).status == 3)
        #expect(try Portgate.shell(#""$portgate" check p.yaml >&-"#, in: folder.url).status == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["p.yaml"])
    }

    @Test("an output replaces a file in one step, keeps its mode, and goes through a link")
    func outputFile() throws {
        let folder = try Scratch()
        try folder.write("p.yaml", Self.good)
        let line = """
            install -m 600 /dev/null kept; ln -s kept link; "$portgate" check p.yaml -o json=link; echo $?
            stat -c %a kept; test -L link && test -s kept && echo linked; "$portgate" check p.yaml -o json=/dev/stderr
            """
        let outcome = try Portgate.shell(line, in: folder.url)
        #expect(outcome.output == "0\n600\nlinked\n", "\(outcome.output)\(outcome.errors)")
        #expect(outcome.errors.contains("\"schema_version\":1"))
    }

    @Test(
        "a wrong option exits 2 with what was meant",
        arguments: [
            ("check p.yaml -o jsn", "did you mean '-o json'?"),
            ("check p.yaml -o tap", "this command writes text, json"),
            ("check p.yaml --stict", "did you mean '--strict'?"), ("check p.yaml --at yesterday", "--at 'yesterday'"),
            ("check", "missing operand PATH"), ("chekc p.yaml", "did you mean 'check'?"),
            ("check p.yaml -o json -o text", "only one output can go to standard output"),
            ("check p.yaml -o json=a -o text=a", "two outputs go to 'a'"), ("check p.yaml -o json=", "names no file"),
            ("check p.yaml --at", "option '--at' needs a value: TIME"), ("check p.yaml p.yaml", "named twice"),
        ])
    func wrongOptions(line: String, hint: String) throws {
        let outcome = try Portgate.shell("\"$portgate\" \(line)")
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(outcome.errors.contains(hint), "\(outcome.errors)")
    }

    @Test(
        "options may be written in every usual way",
        arguments: ["-o json", "-ojson", "-o=json", "--output json", "--output=json"])
    func optionForms(form: String) throws {
        let folder = try Scratch()
        try folder.write("-p.yaml", Self.good)
        let outcome = try Portgate.shell("\"$portgate\" check \(form) -- -p.yaml", in: folder.url)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("{\"schema_version\":1,\"command\":\"check\",\"complete\":true"))
    }

    @Test("hostile input is refused, not suffered: nested brackets without end, and aliases that multiply")
    func hostile() throws {
        let nested = try Portgate.shell(#"head -c 200000000 /dev/zero | tr '\0' '[' | timeout 30 "$portgate" check -"#)
        #expect(nested.status == 1 || nested.status == 2, "\(nested.status) \(nested.errors)")
        var bomb = "version: 1\nname: x\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1...30 {
            bomb += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ","))]\n"
        }
        let aliases = try Portgate.run("check", "-", input: bomb)
        #expect(aliases.status == 1, "\(aliases.status)")
    }

    @Test("check needs no privilege and no network")
    func unprivileged() throws {
        guard geteuid() == 0 else { return }
        let folder = try Scratch()
        try folder.write("p.yaml", Self.good)
        let outcome = try Portgate.shell(
            """
            cp "$portgate" ./portgate && chmod 755 . portgate && chmod 644 p.yaml
            unshare -n setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs --bounding-set -all \
            ./portgate check p.yaml
            """, in: folder.url)
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    }

    private static func findings(_ data: Data) throws -> [[String: Any]] {
        let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(object["findings"] as? [[String: Any]])
    }
}
