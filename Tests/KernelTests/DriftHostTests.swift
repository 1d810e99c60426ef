import Foundation
import TestSupport
import Testing

/// `portgate drift` as an operator runs it, on a live kernel in a namespace of its own.
@Suite("drift on a host", .serialized)
struct DriftHostTests {
    private static func notes(_ finding: [String: Any]) -> [String] {
        (finding["notes"] as? [[String: Any]] ?? []).compactMap { $0["message"] as? String }
    }

    @Test("an undeclared listener is found with its process, user and since when; stopping it settles the finding")
    func listener() throws {
        let bench = try DriftBench()
        #expect(try bench.finding("PG320", "tcp 9999") == nil)
        let server = try bench.host.serve("tcp/9999", "tcp/127.0.0.1/9998", "tcp/22")
        let found = try #require(try bench.finding("PG320", "tcp 9999"))
        #expect((found["message"] as? String)?.hasPrefix("python3 (pid ") == true)
        let notes = Self.notes(found)
        #expect(
            notes.contains { $0.hasPrefix("since 20") } && notes.contains("the socket was made by root"), "\(notes)")
        #expect(found["kind"] as? String == "undeclared-listener" && found["severity"] as? String == "warning")
        #expect(try bench.finding("PG321", "tcp 9998")?["severity"] as? String == "note")
        #expect(try bench.finding("PG322", "port ssh") == nil)
        let id = try #require(found["id"] as? String)
        #expect(try bench.finding("PG320", "tcp 9999")?["id"] as? String == id)
        let repair = try bench.portgate("drift", "gate.yaml", "--repair", id)
        #expect(repair.status == 0 && repair.output.contains("port: 9999"), "\(repair)")
        #expect(repair.output.hasSuffix("nothing was done\n"))
        server.kill()
        #expect(try bench.finding("PG320", "tcp 9999") == nil)
        #expect(try bench.portgate("drift", "gate.yaml", "--repair", id).status == 2)
    }

    @Test("I07: a setting that flips verdicts is found though the rules are the same, until it is set back or accepted")
    func setting() throws {
        let bench = try DriftBench()
        let name = "net.ipv4.conf.all.rp_filter"
        try bench.host.sysctl(name, "0")
        #expect(try bench.finding("PG330", name) == nil)
        try bench.host.sysctl(name, "2")
        let found = try #require(try bench.finding("PG330", name))
        #expect((found["message"] as? String)?.hasPrefix("\(name) is 2, and was 0 at ") == true)
        let id = try #require(found["id"] as? String)
        let repair = try bench.portgate("drift", "gate.yaml", "--repair", id)
        #expect(repair.output.contains("  $ sysctl -w \(name)=0\n"), "\(repair)")
        try bench.host.sysctl(name, "0")
        #expect(try bench.finding("PG330", name) == nil)
        try bench.host.sysctl(name, "1")
        #expect(try bench.finding("PG330", name) != nil)
        _ = try bench.portgate("drift", "gate.yaml", "--accept")
        #expect(try bench.finding("PG330", name) == nil)
    }

    @Test("I01: a rule added and taken away again between two looks is found by the kernel's generation")
    func generation() throws {
        let bench = try DriftBench()
        #expect(try bench.finding("PG331", "") == nil)
        try bench.host.loadForeign("add table ip other\nadd chain ip other c { type filter hook input priority 0; }\n")
        #expect(try bench.finding("PG332", "changed: ip other") != nil)
        try bench.host.loadForeign("insert rule ip other c tcp dport 22 accept\n")
        try bench.host.loadForeign("flush chain ip other c\n")
        let found = try #require(try bench.finding("PG331", "the rules are the same"))
        #expect(found["severity"] as? String == "warning" && found["kind"] as? String == "unexplained-change")
        let before = try Data(contentsOf: bench.folder.appendingPathComponent("state/looks.json"))
        #expect(try bench.finding("PG331", "", "--no-remember") != nil)
        #expect(try Data(contentsOf: bench.folder.appendingPathComponent("state/looks.json")) == before)
        _ = try bench.portgate("drift", "gate.yaml", "--accept")
        #expect(try bench.finding("PG331", "") == nil)
    }

    @Test("a table of another owner that judges before the gate is found, and that the ruleset moved")
    func beside() throws {
        let bench = try DriftBench()
        try bench.host.loadForeign(
            "add table ip early\nadd chain ip early c { type filter hook prerouting priority -300; }\n")
        let found = try bench.findings()
        func kind(_ code: String) -> String? {
            found.first { $0["code"] as? String == code }?["kind"] as? String
        }
        #expect(kind("PG463") == "foreign-shadow")
        #expect(kind("PG332") == "unexplained-change")
    }

    @Test("an address in a set of grants that no grant explains is found; a grant is not")
    func overdue() throws {
        let bench = try DriftBench()
        let given = try bench.portgate(
            "grant", "alice", "--port", "ssh", "--from", "10.7.0.1", "--for", "30m", "--reason", "x")
        #expect(given.status == 0, "\(given)")
        #expect(try bench.finding("PG335", "") == nil)
        try bench.host.loadForeign("add element inet portgate pg_g4_ssh { 10.9.9.9 timeout 1h }\n")
        let found = try #require(try bench.finding("PG335", "10.9.9.9 is let in for "))
        #expect(found["port"] as? String == "ssh" && found["kind"] as? String == "overdue-access")
        #expect((found["message"] as? String)?.hasSuffix("no grant that is recorded says so") == true)
    }

    @Test("an ignore passes a finding over, and the exit code follows what is left")
    func ignores() throws {
        let bench = try DriftBench()
        let ids = try bench.findings().filter { $0["severity"] as? String != "note" }.compactMap { $0["id"] as? String }
        let text = ids.map { "- { id: \($0), reason: known, until: 2100-01-01 }\n" }.joined()
        try bench.write("drift-ignores.yaml", text)
        let result = try bench.portgate("drift", "gate.yaml")
        #expect(result.output.contains("\(ids.count) passed over"), "\(result)")
        // What could not be looked at is never taken for clean, whoever passes it over.
        #expect(result.status == (result.output.contains("not everything could be looked at") ? 3 : 0))
        try bench.write("other.yaml", "- { id: \(ids.first ?? ""), until: 2100-01-01 }\n")
        let broken = try bench.portgate("drift", "gate.yaml", "--ignores", "other.yaml")
        #expect(broken.status == 1 && broken.output.contains("error[PG347]: no reason is given"), "\(broken)")
        #expect(broken.output.contains("other.yaml:1:3"))
        #expect(try bench.portgate("drift", "gate.yaml", "--ignores", "none.yaml").status == 2)
    }

    @Test("every format is written at once, to files that are replaced whole")
    func formats() throws {
        let bench = try DriftBench()
        let names = ["json", "sarif", "junit", "html", "prometheus", "github"]
        let outputs = names.flatMap { ["-o", "\($0)=out.\($0)"] }
        let result = try bench.host.run(bench.command(["drift", "gate.yaml"] + outputs + ["-o", "text"]))
        #expect(result.output.contains("generation 1"))
        for (name, start) in zip(
            names, ["{\"schema_version\":1", "{\"$schema\"", "<?xml", "<!DOCTYPE html>", "# HELP", "::"])
        {
            let text = try String(contentsOf: bench.folder.appendingPathComponent("out.\(name)"), encoding: .utf8)
            #expect(text.hasPrefix(start), "\(name): \(text.prefix(80))")
        }
    }

    @Test("I03: who may not look is told what could not be looked at, and never that all is well")
    func unprivileged() throws {
        let bench = try DriftBench()
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bench.folder.path)
        let result = try bench.portgate(
            "drift", "gate.yaml", "-o", "json",
            through: [
                "/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all",
            ])
        #expect(result.status == 1 || result.status == 3, "\(result)")
        #expect(result.output.contains("\"complete\":false"))
        #expect(result.output.contains("\"kind\":\"not-looked-at\""))
    }

    @Test("a watch tells within a moment what appeared, who did it and what went away, and ends when told")
    func watch() throws {
        let bench = try DriftBench()
        let watch = try bench.host.start(bench.command(["drift", "--watch", "--for", "120", "gate.yaml"]))
        func wait(_ what: (String) -> Bool) throws -> (line: String, seconds: Double) {
            let start = Date()
            while true {
                let line = try watch.line(within: 30)
                if what(line) { return (line, Date().timeIntervalSince(start)) }
            }
        }
        // The first look: nobody listens in a namespace that was just made.
        _ = try wait { $0.contains("[PG322]") }
        try bench.host.loadForeign("add rule inet portgate pg_about return\n")
        let step = try wait { $0.contains(" by nft (pid ") }
        #expect(step.line.contains("generation "))
        let appeared = try wait { $0.hasPrefix("+ warning[PG452] D-") }
        #expect(step.seconds + appeared.seconds < 10, "a second was promised; a busy machine is given ten")
        let handle = try #require(
            try bench.host.check("/usr/sbin/nft", "-a", "list", "chain", "inet", "portgate", "pg_about")
                .split(separator: "\n").last { $0.contains("return # handle") }?.split(separator: " ").last)
        try bench.host.loadForeign("delete rule inet portgate pg_about handle \(handle)\n")
        #expect(try wait { $0.hasPrefix("- warning[PG452] ") }.seconds < 10)
        // Made and undone at once: no look sees it, and the events name who it was.
        try bench.host.loadForeign("add table ip gone\ndelete table ip gone\n")
        _ = try wait { $0.hasPrefix("+ warning[PG331] ") }
    }

    @Test("a watch ends by SIGTERM with the exit code of its last look")
    func watchEnds() throws {
        let bench = try DriftBench()
        let script = """
            import signal, subprocess, sys
            p = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
            for line in p.stdout:
                if "PG322" in line: break
            p.send_signal(signal.SIGTERM)
            p.stdout.read()
            sys.exit(p.wait(timeout=30))
            """
        let result = try bench.host.run(
            ["/usr/bin/python3", "-I", "-c", script] + bench.command(["drift", "--watch", "-o", "json", "gate.yaml"]))
        #expect(result.status == 1 || result.status == 3, "\(result)")
    }
}
