import Policy
import TestSupport
import Testing

@Suite("Policies of several files")
struct LoaderFilesTests {
    private static let open = "allow: [{ name: all, cidrs: [any] }]"

    @Test("a folder's files are merged by name; hidden ones, folders and others are left out")
    func folder() throws {
        let folder = LoaderFolder([
            "gate/b.yaml": "version: 1\nports: [{ name: b, port: 2 }]\n",
            "gate/a.yml": "version: 1\nname: g\nports: [{ name: a, port: 1 }]\n",
            "gate/.c.yaml": "not: read\n", "gate/notes.txt": "not: read\n", "gate/sub/d.yaml": "not: read\n",
        ])
        let policy = try #require(folder.load(["gate"]).policy)
        #expect(policy.ports.map(\.name.text) == ["a", "b"])
        #expect(policy.sources.files.map(\.path) == ["gate/a.yml", "gate/b.yaml"])
    }

    @Test("includes are seen from the including file, read once however often they are named, and circles end")
    func includes() throws {
        let folder = LoaderFolder([
            "policy.yaml": "version: 1\nname: g\ninclude: [parts/a.yaml, ./parts/../parts/a.yaml, parts]\n",
            "parts/a.yaml": "version: 1\ninclude: [../policy.yaml, b.yaml]\nports: [{ name: a, port: 1 }]\n",
            "parts/b.yaml": "version: 1\nnetworks: { lab: { file: lists/lab.txt } }\nports: [{ name: b, port: 2 }]\n",
            "parts/lists/lab.txt": "10.0.0.0/8\n",
        ])
        let result = folder.load()
        #expect(result.diagnostics.map(\.message) == [])
        #expect(try #require(result.policy).ports.map(\.name.text) == ["a", "b"])
        #expect(folder.load(["policy.yaml", "policy.yaml", "./policy.yaml"]).policy?.ports.count == 2)
    }

    @Test("only the command line means standard input by '-'; a policy that names '-' means a file")
    func dash() {
        var folder = LoaderFolder([
            "policy.yaml":
                "version: 1\nname: g\ninclude: [⟦PG021⟧'-']\nnetworks: { a: { file: ⟦PG021⟧./- } }\n"
        ])
        let expected = folder.expected
        folder.add("-", bytes: Array("version: 1\n".utf8))
        #expect(folder.reported() == expected)
    }

    @Test("a missing include, list or file is reported where it is named")
    func missing() {
        let folder = LoaderFolder([
            "policy.yaml":
                "version: 1\nname: g\ninclude: [⟦PG021⟧gone.yaml]\nnetworks: { a: { file: ⟦PG021⟧gone.txt } }\n"
        ])
        #expect(folder.reported() == folder.expected)
        #expect(folder.reported(["gone"]) == ["PG021"])
        #expect(folder.reported([]) == ["PG026"])
    }

    @Test("a bad line of a list is shown at its own place, and an empty list is an error")
    func lists() {
        let folder = LoaderFolder([
            "bad.txt": "10.0.0.0/8\n\n# fine\n⟦PG032⟧10.0.0.0/33\n",
            "empty.txt": "⟦PG035⟧# nobody\n",
            "policy.yaml":
                "version: 1\nname: g\nnetworks:\n  a: { file: bad.txt }\n  b: { file: empty.txt }\n",
        ])
        #expect(Set(folder.reported()) == Set(folder.expected))
    }

    @Test("the list files read are told in the order of first use, with their contents only when those are asked for")
    func listFiles() throws {
        let folder = LoaderFolder([
            "g/policy.yaml": """
            version: 1
            name: g
            networks: { a: { file: lists/b.txt }, b: { file: ../a.txt }, c: { file: ./lists/../lists/b.txt } }

            """,
            "g/lists/b.txt": "10.0.0.0/8\n", "a.txt": "# near\n192.0.2.1\n",
        ])
        let kept = PolicyLoader(reader: folder.reader, zones: LoadedPolicy.zones, keepsLists: true)
            .load(paths: ["g/policy.yaml"]).lists
        #expect(kept.map(\.path) == ["g/lists/b.txt", "a.txt"])
        #expect(kept.map(\.bytes) == [Array("10.0.0.0/8\n".utf8), Array("# near\n192.0.2.1\n".utf8)])
        #expect(kept.map(\.size) == [11, 17])
        #expect(kept.map { Digest.hex(of: $0.bytes ?? []) } == kept.map(\.digest))
        let bare = folder.load(["g/policy.yaml"]).lists
        #expect(bare.map(\.digest) == kept.map(\.digest))
        #expect(bare.allSatisfy { $0.bytes == nil })
    }

    @Test("a name declared in two files shows both places")
    func duplicates() throws {
        let folder = LoaderFolder([
            "g/a.yaml": "version: 1\nname: g\nports:\n  - { name: db, port: 1 }\nwindows: {}\n".replacing(
                "windows: {}\n", with: ""),
            "g/b.yaml": "version: 1\nports:\n  - { name: ⟦PG040⟧db, port: 2 }\n",
        ])
        let result = folder.load(["g"])
        #expect(folder.reported(["g"]) == folder.expected)
        let finding = try #require(result.diagnostics.first)
        #expect(finding.notes.first?.span.map(result.sources.place) == "g/a.yaml:4")
    }

    @Test("settings given twice must agree")
    func conflicts() {
        let agreeing = LoaderFolder(["g/a.yaml": "version: 1\nname: g\n", "g/b.yaml": "version: 1\nname: g\n"])
        #expect(agreeing.load(["g"]).policy?.name == "g")
        let folder = LoaderFolder([
            "g/a.yaml": "version: 1\nname: g\ndefaults: { log-group: 1 }\n",
            "g/b.yaml": "version: 1\nname: ⟦PG041⟧h\ndefaults: { log-group: ⟦PG041⟧2 }\n",
        ])
        #expect(folder.reported(["g"]) == folder.expected)
    }

    @Test("names may be used before and in other files than they are declared in")
    func order() throws {
        let folder = LoaderFolder([
            "g/a.yaml": "version: 1\nname: g\nports: [{ name: a, port: 1, allow: [{ name: r, cidrs: [lab] }] }]\n",
            "g/b.yaml": "version: 1\nnetworks: { lab: [10.0.0.0/8] }\n",
        ])
        #expect(try #require(folder.load(["g"]).policy).ports[0].rules[0].networkNames == ["lab"])
    }

    @Test("the digest follows the bytes, not the paths")
    func digest() throws {
        let text = "version: 1\nname: g\nnetworks: { a: { file: list.txt } }\n"
        let one = try #require(LoaderFolder(["policy.yaml": text, "list.txt": "10.0.0.0/8\n"]).load().policy)
        let moved = LoaderFolder(["there/x.yaml": text, "there/list.txt": "10.0.0.0/8\n"])
        #expect(moved.load(["there/x.yaml"]).policy?.digest == one.digest)
        let changed = LoaderFolder(["policy.yaml": text, "list.txt": "10.0.0.0/9\n"])
        #expect(changed.load().policy?.digest != one.digest)
    }

    @Test("the bounds on files, depth and bytes are findings")
    func bounds() {
        let texts = (0..<5).map { "version: 1\nname: g\ninclude: [\($0 + 1).yaml]\n" }
        let folder = LoaderFolder([
            "0.yaml": texts[0], "1.yaml": texts[1], "2.yaml": texts[2], "3.yaml": texts[3], "4.yaml": texts[4],
            "5.yaml": "version: 1\n",
        ])
        #expect(folder.load(["0.yaml"]).policy != nil)
        func codes(_ limits: LoadLimits) -> [String] { folder.load(["0.yaml"], limits: limits).diagnostics.map(\.code) }
        #expect(codes(LoadLimits(includeDepth: 3)) == ["PG023"])
        #expect(codes(LoadLimits(files: 3)) == ["PG024"])
        #expect(codes(LoadLimits(totalBytes: 60)) == ["PG025"])
        #expect(codes(LoadLimits(fileBytes: 10)) == ["PG021"])
        let broken = LoaderFolder("version: 1\nname: p\na: 1\nb: 2\nc: 3\n")
        #expect(broken.load(limits: LoadLimits(findings: 2)).diagnostics.map(\.code) == ["PG010", "PG010", "PG020"])
    }
}
