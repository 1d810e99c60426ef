import Foundation
import Policy
import TestSupport
import Testing

@testable import Gate

/// The policy of a generation as its record gives it back.
@Suite("RecordedPolicy")
struct RecordedPolicyTests {
    private static let text = """
        version: 1
        name: sample
        networks: { far: { file: lists/far.netset } }
        identities: { remote: { addresses: [far] }, alice: { session: { user: alice } } }
        ports:
          - { name: db, port: 5432, mode: observe, allow: [{ name: far, cidrs: [10.0.0.0/8], identities: [remote] }] }
          - { name: web, port: 443, grants: { to: [alice], longest: 2h } }

        """
    private static let far = "10.1.0.0/16\n10.2.0.0/16\n"

    private static func policy() throws -> Policy {
        try LoadedPolicy.of(text, files: ["lists/far.netset": far])
    }

    /// A folder with that policy as generation 1.
    private static func folder(
        _ policy: Policy, digest: String? = nil,
        lists: [ListFile]? = [
            StateListsTests.list("lists/far.netset", far)
        ]
    ) throws -> (StateFolder, GenerationRecord) {
        let folder = try StateFolder()
        var record = StateListsTests.record(1)
        record.paths = ["gate.yaml"]
        record.policyDigest = digest ?? policy.digest
        try folder.directory.prepareForWriting()
        try folder.directory.prepare(
            record, ruleset: GenerationRuleset(text: [], elements: []),
            sources: policy.sources.files.map { .init(path: $0.path, bytes: $0.bytes) }, lists: lists)
        return (folder, record)
    }

    @Test("a policy with a list is the one that was applied, with its digest and addresses")
    func whole() throws {
        let policy = try Self.policy()
        let (folder, record) = try Self.folder(policy)
        let restored = try RecordedPolicy(of: record, in: folder.directory).policy()
        #expect(restored.digest == policy.digest)
        #expect(restored == policy)
    }

    @Test("a policy of which --promote enforced something is restored so; one of another digest is none")
    func promoted() throws {
        let policy = try Self.policy()
        let (folder, record) = try Self.folder(policy, digest: policy.promoting().digest)
        let restored = try RecordedPolicy(of: record, in: folder.directory).policy()
        #expect(restored.port(named: GateSample.name("db"))?.mode == .enforce)
        let (other, otherRecord) = try Self.folder(policy, digest: "0")
        let recorded = try RecordedPolicy(of: otherRecord, in: other.directory)
        #expect(throws: RecordedPolicy.Loss.otherDigest) { try recorded.policy() }
    }

    @Test("an old record without lists says so, and so does one that lacks the list it needs")
    func notRecorded() throws {
        let policy = try Self.policy()
        let (folder, record) = try Self.folder(policy, lists: nil)
        let recorded = try RecordedPolicy(of: record, in: folder.directory)
        #expect(throws: RecordedPolicy.Loss.listsNotRecorded) { try recorded.policy() }
        #expect(
            recorded.load().diagnostics.map(\.message) == [
                "'lists/far.netset' cannot be read: the addresses of list files are not recorded with generation 1"
            ])
        let (lacking, lackingRecord) = try Self.folder(policy, lists: [])
        let loss = #expect(throws: RecordedPolicy.Loss.self) {
            try RecordedPolicy(of: lackingRecord, in: lacking.directory).policy()
        }
        #expect(
            loss == .unreadable("'lists/far.netset' cannot be read: it is not recorded with generation 1"))
    }

    @Test("a policy without lists needs none recorded")
    func withoutLists() throws {
        let policy = try LoadedPolicy.of(
            GrantsTests.policy.replacing("{ file: lists/far.netset }", with: "[10.0.0.0/8]"))
        let (folder, record) = try Self.folder(policy, lists: nil)
        #expect(try RecordedPolicy(of: record, in: folder.directory).policy().digest == policy.digest)
    }

    @Test("a damaged list is an error for the whole policy, and stands in nobody's way who asks for names")
    func damaged() throws {
        let policy = try LoadedPolicy.of(GrantsTests.policy, files: ["lists/far.netset": Self.far])
        let (folder, record) = try Self.folder(policy)
        let digest = StateListsTests.list("", Self.far).digest
        try folder.write("lists/\(digest)", "10.0.0.0/8\n")
        let failure = #expect(throws: GateFailure.self) { try RecordedPolicy(of: record, in: folder.directory) }
        #expect(failure?.diagnostic.code == "PG402")
        let names = try RecordedPolicy.forNames(of: record, in: folder.directory)
        #expect(names.ports.map(\.name.text) == ["db", "web"])
    }

    @Test("a rule that hangs on what a list holds does not keep grants from being given")
    func names() throws {
        let (folder, record) = try Self.folder(try Self.policy())
        #expect(
            try RecordedPolicy.forNames(of: record, in: folder.directory).port(named: GateSample.name("web"))?.grants
                != nil)
    }
}
