import Foundation
import Ledger
import Testing

@Suite("keys") struct KeysCommandTests {
    @Test("keys init begins a ledger once and prints its anchor; keys show prints it again")
    func keys() throws {
        let host = try EvidenceHost()
        #expect(NoteKey(host.anchor)?.name == "host.example/test")
        let shown = try host.run("keys", "show")
        #expect(shown.status == 0 && shown.output == host.anchor + "\n")
        let again = try host.run("keys", "init")
        #expect(again.status == 4 && again.output.isEmpty)
        #expect(again.errors.contains("there is a ledger in"))
        #expect(try host.run("keys", "show").output == host.anchor + "\n")
        let key = try FileManager.default.attributesOfItem(atPath: host.url("keys/current").path)
        #expect(key[.posixPermissions] as? Int == 0o600)
    }

    @Test(
        "keys says what it was not given",
        arguments: [
            (["keys"], 2), (["keys", "inti"], 2), (["keys", "show", "--epoch", "60"], 2),
            (["keys", "init", "--epoch", "1"], 2),
            (["keys", "init", "--origin", ""], 2), (["keys", "init", "--origin", "a b"], 3), (["keys", "show"], 3),
        ] as [([String], Int32)])
    func keysRefused(_ arguments: [String], _ status: Int32) throws {
        let scratch = try Scratch()
        let outcome = try Portgate.run(arguments: arguments + ["--state-dir", scratch.url.path])
        #expect(outcome.status == status, "\(outcome)")
        #expect(outcome.output.isEmpty && !outcome.errors.isEmpty)
    }
}
