import Foundation
import Glibc
import TestSupport
import Testing

/// Applying on hosts that are short of something: privileges, room, a writable disk.
@Suite("applying in hard times")
struct HardTimesTests {
    /// Copies portgate to where everybody may run it and runs it as nobody with one capability.
    private static func asNobody(_ lab: ConfirmLab) throws -> [String] {
        for name in ["portgate", "portgate-nft"] {
            try FileManager.default.copyItem(
                atPath: BuiltProduct.path(name), toPath: lab.folder.appendingPathComponent(name).path)
        }
        chmod(lab.folder.path, 0o755)
        try FileManager.default.createDirectory(
            atPath: lab.folder.path + "/state", withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        chown(lab.folder.path + "/state", 65534, 65534)
        return [
            "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all,+net_admin",
            "--ambient-caps=-all,+net_admin", "--bounding-set=-all,+net_admin", "/usr/bin/env", "-i", "-C",
            lab.folder.path, "PORTGATE_STATE_DIR=\(lab.folder.path)/state", lab.folder.path + "/portgate",
        ]
    }

    @Test("K08: apply, confirm, status, rollback and boot need CAP_NET_ADMIN and no more; files are nobody else's")
    func leastPrivilege() throws {
        let lab = try ConfirmLab()
        let nobody = try Self.asNobody(lab)
        let server = lab.gate.server
        try server.serve("tcp/8443")
        for arguments in [
            ["apply", "--yes", "old.yaml"], ["apply", "--yes", "--confirm-within", "1h", "new.yaml"],
            ["confirm", "--local"],
            ["status"], ["rollback", "--yes"], ["boot"], ["plan", "old.yaml"],
        ] {
            let result = try server.run(nobody + arguments)
            #expect(result.status == 0, "\(arguments): \(result)")
        }
        #expect(try lab.judging() == "old")
        let modes = try server.check(
            "/usr/bin/find", lab.folder.path + "/state", "-printf", "%y %m %U\n"
        ).split(separator: "\n")
        #expect(modes.count > 10)
        #expect(Set(modes) == ["d 700 65534", "f 600 65534"])
        // Without the capability it is told, and nothing is changed.
        let bare = nobody.map { $0.hasPrefix("--") && $0.hasSuffix("+net_admin") ? String($0.dropLast(11)) : $0 }
        let refused = try server.run(bare + ["apply", "--yes", "new.yaml"])
        #expect(refused.status == 3 && refused.errors.contains("CAP_NET_ADMIN"), "\(refused)")
        #expect(try lab.judging() == "old")
    }

    /// Runs a shell script on the server with a small file system of its own as the state directory.
    private static func withSmallDisk(_ lab: ConfirmLab, _ script: String) throws -> CommandResult {
        try FileManager.default.createDirectory(
            atPath: lab.folder.path + "/state", withIntermediateDirectories: true)
        return try lab.gate.server.run([
            "/usr/bin/unshare", "-m", "/bin/sh", "-c",
            """
            cd '\(lab.folder.path)'; export PORTGATE_STATE_DIR='\(lab.folder.path)/state'
            mount -t tmpfs -o size=128k,mode=700 tmpfs state || exit 99
            pg() { '\(BuiltProduct.path("portgate"))' "$@" > out 2> err; echo "$* -> $? $(grep -o 'PG[45][0-9]*' err | head -1)"; }
            \(script)
            """,
        ])
    }

    @Test("a full disk: nothing is changed, it is said so, and with room again it goes on")
    func fullDisk() throws {
        let lab = try ConfirmLab()
        try lab.gate.server.serve("tcp/8443")
        let result = try Self.withSmallDisk(
            lab,
            """
            pg apply --yes old.yaml
            dd if=/dev/zero of=state/full bs=1k 2> /dev/null
            pg apply --yes new.yaml
            pg apply --yes --confirm-within 1h new.yaml
            pg status
            rm state/full
            pg apply --yes --confirm-within 1h new.yaml
            dd if=/dev/zero of=state/full bs=1k 2> /dev/null
            pg confirm --local
            pg status
            rm state/full
            pg confirm --local
            pg status
            pg rollback --list; cat out
            """)
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(
            lines.prefix(9) == [
                "apply --yes old.yaml -> 0 ", "apply --yes new.yaml -> 4 PG520",
                "apply --yes --confirm-within 1h new.yaml -> 4 PG520", "status -> 0 ",
                "apply --yes --confirm-within 1h new.yaml -> 0 ", "confirm --local -> 4 PG401", "status -> 0 ",
                "confirm --local -> 0 ", "status -> 0 ",
            ], "\(result)")
        #expect(result.output.hasSuffix("2 generations\n"), "\(result)")
        #expect(try lab.judging() == "new")
    }

    @Test("a list file that the disk has no room to record: nothing is changed, and nothing of it stays")
    func listTooLargeForTheDisk() throws {
        let lab = try ConfirmLab()
        try lab.gate.server.serve("tcp/8443")
        let lines = (0..<20_000).map { "10.\($0 >> 8).\($0 & 255).0/24\n" }
        try lab.write("large.netset", lines.joined())
        let text = GateLab.policyText(protocol: "tcp", cidrs: "10.99.2.0/24, large")
        try lab.write("large.yaml", "networks: { large: { file: large.netset } }\n" + text)
        let result = try Self.withSmallDisk(
            lab,
            """
            pg apply --yes old.yaml
            du -s --exclude=ledger --exclude='ledger.*' --exclude=texts state | cut -f 1
            pg apply --yes large.yaml
            du -s --exclude=ledger --exclude='ledger.*' --exclude=texts state | cut -f 1
            pg rollback --list; cat out
            pg status
            """)
        let answers = result.output.split(separator: "\n").map(String.init)
        #expect(answers.first == "apply --yes old.yaml -> 0 ", "\(result)")
        #expect(answers.dropFirst(2).first == "apply --yes large.yaml -> 4 PG401", "\(result)")
        #expect(answers.count > 3 && answers[1] == answers[3], "\(result)")
        #expect(result.output.contains("1 generation\n") && result.output.hasSuffix("status -> 0 \n"), "\(result)")
        #expect(try lab.judging() == "old")
    }

    @Test("a state directory that cannot be written: nothing is changed, and boot still loads what it can read")
    func readOnly() throws {
        let lab = try ConfirmLab()
        try lab.gate.server.serve("tcp/8443")
        let result = try Self.withSmallDisk(
            lab,
            """
            pg apply --yes old.yaml
            mount -o remount,ro state
            pg apply --yes new.yaml
            pg apply --yes --confirm-within 1h new.yaml
            pg rollback --to 0 --yes
            pg status
            /usr/sbin/nft delete table inet portgate
            pg boot
            pg status
            """)
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "apply --yes old.yaml -> 0 ", "apply --yes new.yaml -> 4 PG401",
                "apply --yes --confirm-within 1h new.yaml -> 4 PG401", "rollback --to 0 --yes -> 4 PG401",
                "status -> 0 ",
                "boot -> 1 PG401", "status -> 0 ",
            ], "\(result)")
        #expect(try lab.judging() == "old")
    }
}
