import Foundation
import Host
import Policy
import Testing

@Suite("portgate diff")
struct DiffCommandTests {
    static func policy(_ cidrs: String, head: String = "") -> String {
        """
        version: 1
        name: shop
        \(head)ports:
          - { name: db, port: 5432, protocol: tcp, allow: [{ name: office, cidrs: [\(cidrs)] }] }

        """
    }

    /// A folder with an old and a new policy.
    static func folder(_ old: String, _ new: String) throws -> Scratch {
        let folder = try Scratch()
        try folder.write("old.yaml", policy(old))
        try folder.write("new.yaml", policy(new))
        return folder
    }

    static let at = "--at=2026-11-21T12:00Z"

    @Test("who gains is shown with an example, and the next command shows it to be so")
    func text() throws {
        let folder = try Self.folder("10.20.0.0/16", "10.20.0.0/16, 10.9.0.0/16")
        let outcome = try Portgate.run("diff", "old.yaml", "new.yaml", Self.at, in: folder.url)
        #expect(
            outcome.output == """
                db 5432/tcp  new.yaml:4
                  widened  10.9.0.0/16 (65,536 IPv4 addresses) on 5432/tcp
                    rule: office (new.yaml:4)
                    example: 10.9.0.1 to 5432/tcp at 2026-11-21T12:00:00Z

                1 widened, 0 narrowed on 1 port
                next: portgate why --from 10.9.0.1 --port 5432/tcp --at 2026-11-21T12:00:00Z new.yaml

                """)
        #expect(outcome.status == 0)
        let why = try Portgate.shell(
            "$portgate why --from 10.9.0.1 --port 5432/tcp --at 2026-11-21T12:00:00Z new.yaml", in: folder.url)
        #expect(why.output.hasPrefix("allow:"))
    }

    @Test("only what lets more in fails, and only when it is asked to")
    func exitCodes() throws {
        let folder = try Self.folder("10.20.0.0/16", "10.20.0.0/15")
        #expect(try Portgate.run("diff", "old.yaml", "new.yaml", in: folder.url).status == 0)
        #expect(try Portgate.run("diff", "old.yaml", "new.yaml", "--fail-on-widening", in: folder.url).status == 1)
        #expect(try Portgate.run("diff", "new.yaml", "old.yaml", "--fail-on-widening", in: folder.url).status == 0)
        let same = try Portgate.run("diff", "old.yaml", "old.yaml", "--fail-on-widening", in: folder.url)
        #expect(same.status == 0)
        #expect(same.output == "no change in what is allowed\n")
    }

    @Test("an operand that cannot be read is no difference and no equality")
    func unreadable() throws {
        let folder = try Self.folder("10.20.0.0/16", "10.20.0.1/16")
        for (old, new) in [("missing.yaml", "old.yaml"), ("old.yaml", "new.yaml"), ("-", "old.yaml")] {
            let outcome = try Portgate.run("diff", old, new, in: folder.url)
            #expect(outcome.status == 2, "\(old) \(new)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains("is not a policy that can be compared"))
        }
        #expect(try Portgate.run("diff", "-", "-", in: folder.url).status == 2)
        #expect(try Portgate.run("diff", "old.yaml", in: folder.url).status == 2)
    }

    @Test("machine output is one object, with the changes and the findings")
    func json() throws {
        let folder = try Self.folder("10.20.0.0/16", "10.20.0.0/17, \"fd00:9::/48\"")
        let outcome = try Portgate.run("diff", "old.yaml", "new.yaml", Self.at, "-o", "json", in: folder.url)
        let object = try #require(try JSONSerialization.jsonObject(with: outcome.outputBytes) as? [String: Any])
        #expect(object["schema_version"] as? Int == 1)
        #expect(object["command"] as? String == "diff")
        #expect(object["complete"] as? Bool == true)
        let changes = try #require(object["changes"] as? [[String: Any]])
        #expect(changes.map { $0["change"] as? String } == ["widened", "narrowed"])
        #expect(changes.map { $0["port"] as? String } == ["db", "db"])
        #expect(changes.map { $0["protocol"] as? String } == ["tcp", "tcp"])
        #expect(changes.map { $0["cidrs"] as? [String] } == [["fd00:9::/48"], ["10.20.128.0/17"]])
        #expect(changes.allSatisfy { $0["window"] is NSNull })
        let findings = try #require(object["findings"] as? [[String: Any]])
        #expect(Set(findings.compactMap { $0["code"] as? String }) == ["PG380", "PG381"])
        for format in ["sarif", "github", "junit", "markdown"] {
            let other = try Portgate.run("diff", "old.yaml", "new.yaml", "-o", format, in: folder.url)
            #expect(other.status == 0)
            #expect(other.output.contains(format == "markdown" ? "**widened**" : "PG380"), "\(format)")
        }
    }

    /// Compares two policies and returns the exit code, and what is found as JSON.
    static func found(_ old: String, _ new: String) throws -> (status: Int32, object: [String: Any]) {
        let folder = try Scratch()
        try folder.write("old.yaml", old)
        try folder.write("new.yaml", new)
        let outcome = try Portgate.run("diff", "old.yaml", "new.yaml", at, "-o", "json", in: folder.url)
        let object = try JSONSerialization.jsonObject(with: outcome.outputBytes) as? [String: Any]
        return (outcome.status, try #require(object, "\(outcome.errors)"))
    }

    @Test("PG382: a setting that opens and closes nothing is told with what it was and is")
    func setting() throws {
        let old = Self.policy("10.20.0.0/16")
        let new = old.replacingOccurrences(of: "protocol: tcp,", with: "protocol: tcp, otherwise: drop,")
        let (status, object) = try Self.found(old, new)
        #expect(status == 0)
        let findings = try #require(object["findings"] as? [[String: Any]])
        #expect(findings.map { $0["code"] as? String } == ["PG382"])
        #expect(findings.first?["severity"] as? String == "note")
        #expect(findings.first?["message"] as? String == "otherwise: reject -> drop")
    }

    @Test("PG383: a port whose rules are too different to compare is never said to be unchanged")
    func notCompared() throws {
        // More ends behind the horizon than are compared.
        let rules = (0..<201).map { number in
            "{ name: r\(number), cidrs: [10.0.\(number).0/24], expires: \(2030 + number / 12)-"
                + "\(number % 12 < 9 ? "0" : "")\(number % 12 + 1)-01 }"
        }
        let new = Self.policy("10.20.0.0/16").replacingOccurrences(
            of: "allow: [", with: "allow: [\(rules.joined(separator: ", ")), ")
        let (status, object) = try Self.found(Self.policy("10.20.0.0/16"), new)
        #expect(status == 3)
        #expect(object["complete"] as? Bool == false)
        #expect(object["undecided"] as? [String] == ["db"])
        let findings = try #require(object["findings"] as? [[String: Any]])
        #expect(findings.map { $0["code"] as? String } == ["PG383"])
        #expect(findings.first?["severity"] as? String == "error")
    }

    // MARK: Revisions

    static func git(_ arguments: String, in folder: URL) throws {
        let outcome = try Portgate.shell(
            "git -c user.name=t -c user.email=t@example.org -c init.defaultBranch=main \(arguments)", in: folder)
        try #require(outcome.status == 0, "git \(arguments): \(outcome.errors)")
    }

    @Test("a revision is read with all that it includes, and nothing from the folder")
    func revision() throws {
        let folder = try Scratch()
        try folder.write("gate/db.yaml", Self.policy("office", head: "include: [../parts/networks.yaml]\n"))
        try folder.write("parts/networks.yaml", "version: 1\nnetworks:\n  office: { file: office.netset }\n")
        try folder.write("parts/office.netset", "10.20.0.0/16\n")
        try folder.write("gate/README.md", "no policy\n")
        try Self.git("init -q", in: folder.url)
        try Self.git("add -A", in: folder.url)
        try Self.git("commit -qm one", in: folder.url)
        try folder.write("parts/office.netset", "10.20.0.0/16\n10.9.0.0/16\n")
        for old in ["HEAD:gate", "main:gate/db.yaml", "HEAD:./gate", "HEAD^{commit}:gate/"] {
            let outcome = try Portgate.run("diff", old, "gate", Self.at, in: folder.url)
            #expect(outcome.status == 0, "\(old): \(outcome.errors)")
            #expect(
                outcome.output.contains("widened  10.9.0.0/16 (65,536 IPv4 addresses)"), "\(old): \(outcome.output)")
        }
        let gone = try Portgate.run("diff", "gate", "HEAD:gate", Self.at, in: folder.url)
        #expect(gone.output.contains("narrowed  10.9.0.0/16"))
        let inside = try Portgate.run("diff", "HEAD:./db.yaml", "db.yaml", in: folder.url.appending(path: "gate"))
        #expect(inside.status == 0, "\(inside.errors)")
        let place = try Portgate.run("diff", "gate", "HEAD:gate", "-o", "json", in: folder.url)
        #expect(place.output.contains("\"file\":\"HEAD:gate/db.yaml\""))
    }

    @Test(
        "what is no revision, or no file of one, is said",
        arguments: [
            ("nowhere:gate.yaml", "git knows no revision 'nowhere'"), ("HEAD:none.yaml", "none.yaml"),
            ("--exec=stolen:gate.yaml", "unknown option"), (":gate.yaml", "is not a git revision"),
            ("HEAD:/etc/passwd", "begins at the top"), ("HEAD:../../x.yaml", "x.yaml"), ("HEAD:link.yaml", "link.yaml"),
            ("HEAD --all:gate.yaml", "git knows no revision"), ("$(touch stolen):gate.yaml", "git knows no revision"),
        ])
    func noRevision(operand: String, words: String) throws {
        let folder = try Scratch()
        try folder.write("gate.yaml", Self.policy("10.0.0.0/24"))
        try Self.git("init -q", in: folder.url)
        try FileManager.default.createSymbolicLink(
            atPath: folder.url.appending(path: "link.yaml").path, withDestinationPath: "gate.yaml")
        try Self.git("add -A", in: folder.url)
        try Self.git("commit -qm one", in: folder.url)
        let outcome = try Portgate.run("diff", operand, "gate.yaml", in: folder.url)
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        // Behind `--` it is an operand, and still no option of git's.
        let behind = try Portgate.run("diff", "--", operand, "gate.yaml", in: folder.url)
        #expect(behind.status == 2)
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "stolen").path))
    }

    @Test("a revision outside a repository is said, and so is a host without git")
    func noRepository() throws {
        let folder = try Self.folder("10.0.0.0/24", "10.0.0.0/24")
        let outside = try Portgate.run("diff", "HEAD:x.yaml", "old.yaml", in: folder.url)
        #expect(outside.status == 2)
        #expect(outside.errors.contains("not a git repository"), "\(outside.errors)")
        let without = try Portgate.run(
            "diff", "HEAD:x.yaml", "old.yaml", in: folder.url, environment: ["PATH": folder.url.path])
        // `env` itself is found by the test; the program searches the PATH it is given.
        #expect(without.status != 0)
    }

    // MARK: The applied policy

    @Test("without a generation there is nothing to compare with, and the look is not completed")
    func nothingApplied() throws {
        let folder = try Self.folder("10.0.0.0/24", "10.0.0.0/24")
        let outcome = try Portgate.run("diff", "live", "old.yaml", "--state-dir", "state", in: folder.url)
        #expect(outcome.status == 3)
        #expect(outcome.errors.contains("nothing was ever applied"))
    }

    /// The digest of the policy that the files make, as `apply` records it.
    static func digest(of files: [(path: String, text: String)]) throws -> String {
        let bytes = Dictionary(uniqueKeysWithValues: files.map { ($0.path, Array($0.text.utf8)) })
        let reader = SourceReader(
            kind: { _ in .success(.file) },
            read: { path, _ in .success(bytes[path] ?? Array("10.0.0.0/24\n".utf8)) }, list: { _ in .success([]) })
        let loaded = PolicyLoader(reader: reader, zones: Files.zoneDatabase).load(paths: [files[0].path])
        return try #require(loaded.policy).digest
    }

    /// Writes a generation as `apply` records it.
    static func record(
        _ files: [(path: String, text: String)], lists: [(path: String, text: String)]? = nil, in folder: Scratch
    ) throws {
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "state/generations/1/sources"), withIntermediateDirectories: true)
        var listed: [String] = []
        for (index, file) in files.enumerated() {
            let url = try folder.write("state/generations/1/sources/\(index)", file.text)
            let sum = try Portgate.shell("sha256sum < '\(url.path)'").output.prefix(64)
            listed.append("{\"path\":\"\(file.path)\",\"file\":\"sources/\(index)\",\"sha256\":\"\(sum)\"}")
        }
        var named: [String] = []
        for list in lists ?? [] {
            let bytes = Array(list.text.utf8)
            let sum = Digest.hex(of: bytes)
            try folder.write("state/lists/\(sum)", list.text)
            named.append("{\"path\":\"\(list.path)\",\"sha256\":\"\(sum)\",\"bytes\":\(bytes.count)}")
        }
        let described = lists == nil ? "" : ",\"lists\":[\(named.joined(separator: ","))]"
        try folder.write("state/current", "{\"format\":1,\"generation\":1}\n")
        try folder.write(
            "state/generations/1/meta.json",
            """
            {"format":1,"number":1,"origin":"apply","created":"2026-11-21T12:00:00Z","created_seconds":1795262400,\
            "applied_by":"uid 0","policy":"shop","policy_digest":"\(try digest(of: files))","paths":["\(files[0].path)"],"ruleset_digest":"-",\
            "network_namespace":1,"boot_id":"b","clock_offset_seconds":0,"sources":[\(listed.joined(separator: ","))]\(described)}
            """)
        _ = try Portgate.shell("chmod -R go= state", in: folder.url)
    }

    @Test("the applied policy is the recorded one, whatever its file says by now")
    func live() throws {
        let folder = try Self.folder("10.0.0.0/24", "10.0.0.0/23")
        try Self.record([("old.yaml", Self.policy("10.0.0.0/25"))], in: folder)
        let outcome = try Portgate.run("diff", "live", "old.yaml", Self.at, "--state-dir", "state", in: folder.url)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("widened  10.0.0.128/25"))
    }

    @Test("a policy that was applied otherwise than its files say is not taken for them")
    func livePromoted() throws {
        let folder = try Self.folder("10.0.0.0/24", "10.0.0.0/24")
        let text = Self.policy("10.0.0.0/25").replacing("protocol: tcp", with: "protocol: tcp, mode: observe")
        try Self.record([("old.yaml", text)], in: folder)
        let meta = folder.url.appending(path: "state/generations/1/meta.json")
        let recorded = try String(contentsOf: meta, encoding: .utf8)
        let digest = try Self.digest(of: [("old.yaml", text)])
        let promoted = Digest.hex(of: Array("promoted db\n\(digest)\n".utf8))
        try Data(recorded.replacing(digest, with: promoted).utf8).write(to: meta)
        let outcome = try Portgate.run("diff", "live", "old.yaml", "--state-dir", "state", in: folder.url)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(!outcome.output.contains("mode:"))
        try Data(recorded.replacing(digest, with: String(repeating: "0", count: 64)).utf8).write(to: meta)
        let other = try Portgate.run("diff", "live", "old.yaml", "--state-dir", "state", in: folder.url)
        #expect(other.status == 3)
    }

    private static let withList = policy("office", head: "networks:\n  office: { file: office.netset }\n")

    @Test("the applied policy has the addresses that its list files held when it was applied")
    func liveWithRecordedList() throws {
        let folder = try Self.folder("10.0.0.0/24", "10.0.0.0/24")
        try folder.write("office.netset", "10.0.0.0/23\n")
        try folder.write("old.yaml", Self.withList)
        try Self.record([("old.yaml", Self.withList)], lists: [("office.netset", "10.0.0.0/24\n")], in: folder)
        let outcome = try Portgate.run("diff", "live", "old.yaml", Self.at, "--state-dir", "state", in: folder.url)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("widened  10.0.1.0/24"))
        #expect(outcome.output.contains("1 widened, 0 narrowed"))
    }

    @Test("a recorded list that was altered is no operand, and it is said what to do")
    func liveWithAlteredList() throws {
        let folder = try Self.folder("10.0.0.0/24", "10.0.0.0/24")
        try Self.record([("old.yaml", Self.withList)], lists: [("office.netset", "10.0.0.0/24\n")], in: folder)
        let sum = Digest.hex(of: Array("10.0.0.0/24\n".utf8))
        try folder.write("state/lists/\(sum)", "10.0.0.0/23\n")
        let outcome = try Portgate.run("diff", "live", "old.yaml", "--state-dir", "state", in: folder.url)
        #expect(outcome.status == 3)
        #expect(outcome.errors.contains("state/lists/\(sum) is damaged: its content is not what was recorded"))
        #expect(outcome.errors.contains("[PG402]") && outcome.errors.contains("apply the policy again"))
    }

    @Test("what a generation was recorded without, the contents of list files, nothing stands for")
    func liveWithList() throws {
        let folder = try Self.folder("10.0.0.0/24", "10.0.0.0/24")
        try folder.write("office.netset", "10.0.0.0/24\n")
        let text = Self.policy("office", head: "networks:\n  office: { file: office.netset }\n")
        try Self.record([("old.yaml", text)], in: folder)
        let outcome = try Portgate.run("diff", "live", "old.yaml", "--state-dir", "state", in: folder.url)
        #expect(outcome.status == 3)
        #expect(outcome.errors.contains("the addresses of list files are not recorded with generation 1"))
    }
}
