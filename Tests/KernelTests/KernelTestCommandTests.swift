import Foundation
import TestSupport
import Testing

@Suite("portgate test --kernel", .serialized)
struct KernelTestCommandTests {
    private static func run(from source: String, prefix: [String] = []) throws -> CommandResult {
        let text = """
            version: 1
            name: kernel
            identities:
              migrator: { process: { user: 4242 } }
            ports:
              - name: db
                port: 5432
                allow:
                  - { name: office, cidrs: [10.1.0.0/16] }
                  - { name: migrator, identities: [migrator] }
            tests:
              - { name: office, port: db, from: 10.1.2.3, expect: allow, by: office }
              - { name: migrator, port: db, from: loopback, identity: migrator, expect: allow, by: migrator }
              - { name: stranger, port: db, from: \(source), expect: deny }

            """
        return try runCommand(prefix + [BuiltProduct.path("portgate"), "test", "--kernel", "-"], input: text)
    }

    @Test("the kernel decides every test")
    func clean() throws {
        let result = try Self.run(from: "10.2.0.1")
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("each test decided alike by the kernel"))
    }

    @Test("every ready policy's tests are decided alike by the kernel")
    func library() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let accounts = FileManager.default.temporaryDirectory.appending(path: "portgate-accounts-\(UUID().uuidString)")
        try "postgres:x:101:\npostgres-exporter:x:4243:\nbackup:x:34:\n".write(
            to: accounts, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: accounts) }
        let folder = root.appending(path: "policies")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        #expect(names.count >= 10)
        let paths =
            names.sorted().map { folder.appending(path: $0).path } + [root.appending(path: "examples/company").path]
        let result = try runCommand(
            [
                BuiltProduct.path("portgate"), "test", "--kernel", "--strict", "--fail-on-untested", "--passwd",
                accounts.path, "--group", root.appending(path: "examples/company/group").path,
            ] + paths)
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }

    @Test("PG251: a test that no packet can try leaves the look incomplete")
    func unsendable() throws {
        let result = try Self.run(from: "224.0.0.9")
        #expect(result.status == 3)
        #expect((result.output + result.errors).contains("PG251"))
    }

    @Test("PG252: without permission nothing is decided, and that is no pass")
    func unprivileged() throws {
        let result = try Self.run(
            from: "10.2.0.1", prefix: ["/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"])
        #expect(result.status == 3)
        #expect((result.output + result.errors).contains("PG252"))
    }
}
