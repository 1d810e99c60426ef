import Foundation
import Testing

@testable import Policy

@Suite("The tables of the language")
struct SchemaTests {
    static func schema() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(JSONSchema.render().utf8)) as? [String: Any])
    }

    @Test("the schema is JSON, describes every key of every form, and refuses others")
    func everyKeyIsInTheSchema() throws {
        let root = try Self.schema()
        #expect(root["$schema"] as? String == "http://json-schema.org/draft-07/schema#")
        let definitions = try #require(root["definitions"] as? [String: Any])
        for form in Language.forms {
            let object = form.id == Language.policy.id ? root : try #require(definitions[form.id] as? [String: Any])
            let properties = try #require(object["properties"] as? [String: Any])
            #expect(properties.keys.sorted() == form.keys.map(\.name).sorted())
            #expect(object["additionalProperties"] as? Bool == false)
            #expect((object["required"] as? [String] ?? []) == form.keys.filter(\.required).map(\.name))
        }
        #expect(JSONSchema.render() == JSONSchema.render())
    }

    @Test("every form is listed once")
    func forms() {
        let ids = Language.forms.map(\.id)
        #expect(Set(ids).count == ids.count)
        for form in Language.forms {
            #expect(Set(form.keys.map(\.name)).count == form.keys.count)
            for key in form.keys where !key.required { #expect(key.absent != nil, "\(form.id).\(key.name)") }
        }
    }

    /// A policy with one form's mapping at `HERE`; its required keys are filled in.
    static let places: [String: String] = [
        "policy": "HERE",
        "list-file": "networks: { other: HERE }",
        "identity": "identities: { who: HERE, batch: { process: { user: batch } } }",
        "process": "identities: { who: { process: HERE } }",
        "wireguard": "identities: { who: { wireguard: HERE } }",
        "ipsec": "identities: { who: { ipsec: HERE } }",
        "link": "identities: { who: { link: HERE } }",
        "session": "identities: { who: { session: HERE } }",
        "window": "windows: { other: HERE }",
        "port": "ports: [HERE]",
        "rule": "ports: [{ name: web, port: 80, allow: [HERE] }]",
        "log": "ports: [{ name: web, port: 80, log: HERE }]",
        "grants": "ports: [{ name: web, port: 80, grants: HERE }]",
        "audit": "ports: [{ name: web, port: 80, audit: HERE }]",
        "signature-part": "signatures: { other: [HERE] }",
        "defaults": "defaults: HERE",
        "test": "tests: [HERE]",
    ]

    private static let base = """
        version: 1
        name: base
        networks: { lab: [192.0.2.0/24], office: [10.0.0.0/8] }
        identities: { batch: { process: { user: batch } } }
        windows: { nights: { timezone: UTC, days: [daily], hours: ["22:00-02:00"] } }
        ports: [{ name: db, port: [5432, 5433], protocol: [tcp, udp], allow: [{ name: all, cidrs: [any] }] }]

        """

    private static func load(_ top: String) -> LoadResult {
        let folder = LoaderFolder([
            "base.yaml": base, "policy.yaml": top, "networks.yaml": "version: 1\nnetworks: { more: [10.9.0.0/16] }\n",
            "networks/scanners.netset": "198.51.100.0/24\n",
        ])
        let zones = ZoneDatabase(
            read: { name in
                ["Europe/Berlin"].contains(name) ? TZifWriter(footer: "CET-1CEST,M3.5.0,M10.5.0/3").bytes : nil
            }, names: { ["Europe/Berlin"] })
        return PolicyLoader(reader: folder.reader, zones: zones).load(paths: ["base.yaml", "policy.yaml"])
    }

    /// A mapping of a form with its required keys, one key of each group, and the given one.
    private static func mapping(_ form: Form, with key: FormKey?) -> String {
        var keys = form.keys.filter { $0.required && $0.name != key?.name }
        if let group = form.group, group.count != .atMostOne, !group.keys.contains(key?.name ?? "") {
            // Of identities, the kind that the key under test is not.
            keys += form.keys.filter { $0.name == group.keys[0] }
        }
        if let key { keys.append(key) }
        if key?.name == "by" { keys = keys.filter { $0.name != "expect" } }
        var text = keys.map { "\($0.name): \($0.example)" }.joined(separator: ", ")
        if key?.name == "by" { text += ", expect: allow" }
        if key?.name == "mask" { text = "offset: 0, bytes: \"50 43\", mask: \"f0 ff\"" }
        if key?.name == "serves" { text += ", protocol: tcp" }
        return "{ \(text) }"
    }

    private static func policy(_ form: Form, with key: FormKey?) -> String {
        let place = places[form.id] ?? ""
        let here = mapping(form, with: key)
        if form.id == "policy" {
            guard let key, !["version"].contains(key.name) else { return "version: 1\n" }
            var text = "version: 1\n\(key.name): \(key.example)\n"
            if key.name == "name" { text = "version: 1\nname: base\n" }
            if key.name == "identities" { text = text.replacing("batch:", with: "extra:") }
            if key.name == "windows" { text = text.replacing("nights:", with: "extra:") }
            if key.name == "networks" { text = text.replacing("lab:", with: "extra:") }
            return text
        }
        var text = place.replacing("HERE", with: here)
        if form.id == "identity" { text = text.replacing(", batch: { process: { user: batch } }", with: "") }
        return "version: 1\n\(text)\n"
    }

    @Test("every key is accepted, and none is accepted and ignored", arguments: Language.forms.map(\.id))
    func everyKeyCounts(id: String) throws {
        let form = try #require(Language.forms.first { $0.id == id })
        for key in form.keys where !(id == "policy" && ["version", "name", "mode"].contains(key.name)) {
            let text = Self.policy(form, with: key)
            let result = Self.load(text)
            #expect(result.diagnostics.map(\.message) == [], "\(text)")
            guard var with = result.policy else { continue }
            // The same mapping without the key must mean something else.
            guard !key.required, form.group?.keys.contains(key.name) != true || form.group?.count == .atMostOne else {
                continue
            }
            var without = try #require(
                Self.load(Self.policy(form, with: nil)).policy, "\(Self.policy(form, with: nil))")
            Self.forget(&with)
            Self.forget(&without)
            #expect(with != without, "\(id).\(key.name) is accepted and ignored")
        }
    }

    /// Leaves out of a policy what changes with every byte of its text.
    private static func forget(_ policy: inout Policy) {
        policy.digest = ""
        policy.sources = SourceMap()
    }

    @Test("each example of a key fits the schema", arguments: Language.forms.map(\.id))
    func examplesFitTheSchema(id: String) throws {
        let form = try #require(Language.forms.first { $0.id == id })
        for key in form.keys {
            let text = Self.policy(form, with: key)
            #expect(try SchemaCheck.objections(to: text) == [], "\(text)")
        }
    }

    @Test("every policy of the library and of the examples fits the schema")
    func libraryFitsTheSchema() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var checked = 0
        for folder in ["policies", "examples"] {
            let files = FileManager.default.enumerator(
                at: root.appending(path: folder), includingPropertiesForKeys: nil)
            for case let file as URL in try #require(files) where file.pathExtension == "yaml" {
                let text = try String(contentsOf: file, encoding: .utf8)
                guard text.hasPrefix("version:") || text.contains("\nversion:") else { continue }
                #expect(try SchemaCheck.objections(to: text) == [], "\(file.path)")
                checked += 1
            }
        }
        #expect(checked >= 10)
    }

    @Test(
        "what the schema refuses",
        arguments: [
            "version: 2\n", "name: x\n", "version: 1\nport: []\n", "version: 1\nports: []\n",
            "version: 1\nports: [{ name: a }]\n", "version: 1\nports: [{ name: a, port: \"0x50\" }]\n",
            "version: 1\nports: [{ name: a, port: 70000 }]\n",
            "version: 1\nports: [{ name: a b, port: 1 }]\n",
            "version: 1\nports: [{ name: a, port: 1, allow: [{ name: r }] }]\n",
            "version: 1\nidentities: { a: { session: { user: a }, members: [b] } }\n",
            "version: 1\ntests: [{ name: t, port: a, from: 10.0.0.1, expect: deny, identity: a, identities: [b] }]\n",
        ])
    func refused(text: String) throws {
        #expect(try !SchemaCheck.objections(to: text).isEmpty)
        #expect(LoaderFolder(text).load().policy == nil)
    }
}
