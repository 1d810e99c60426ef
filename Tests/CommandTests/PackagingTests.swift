import Foundation
import TestSupport
import Testing

/// What `make install` puts where, and the unit that loads the gate at boot.
@Suite("packaging")
struct PackagingTests {
    /// Installs into a folder that goes with the test.
    private static func install(_ script: String) throws -> CommandResult {
        let binaries = URL(fileURLWithPath: BuiltProduct.path("portgate")).deletingLastPathComponent().path
        return try runCommand([
            "/bin/bash", "-euc",
            """
            d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
            make -s -C '\(DocumentationTests.root.path)' install-files DESTDIR="$d" BINARIES='\(binaries)'
            \(script)
            """,
        ])
    }

    @Test("A14: the unit is ordered before the network, has nothing that could open the gate, and systemd takes it")
    func unit() throws {
        let result = try Self.install(
            """
            unit=$d/usr/lib/systemd/system/portgate.service
            cat "$unit"
            mkdir "$d/units"; sed "s|ExecStart=|ExecStart=$d|" "$unit" > "$d/units/portgate.service"
            systemd-analyze verify --man=no "$d/units/portgate.service"
            echo verified
            """)
        #expect(result.status == 0, "\(result)")
        let lines = result.output.split(separator: "\n")
        for line in [
            "Before=network-pre.target shutdown.target", "Wants=network-pre.target", "Type=oneshot",
            "ExecStart=/usr/local/sbin/portgate boot", "CapabilityBoundingSet=CAP_NET_ADMIN", "verified",
        ] { #expect(lines.contains(Substring(line)), "\(line)") }
        #expect(!result.output.contains("\nExecStop") && !result.output.contains("\nExecReload"))
        #expect(!result.errors.contains("portgate.service"), "\(result.errors)")
    }

    @Test("the units that look for drift have the least rights, change nothing, and systemd takes them")
    func driftUnits() throws {
        let result = try Self.install(
            """
            folder=$d/usr/lib/systemd/system
            cat "$folder/portgate-drift.service" "$folder/portgate-drift.timer"
            mkdir "$d/units"; cp "$folder/portgate-drift.timer" "$d/units"
            sed "s|ExecStart=|ExecStart=$d|" "$folder/portgate-drift.service" > "$d/units/portgate-drift.service"
            systemd-analyze verify --man=no "$d/units/portgate-drift.service" "$d/units/portgate-drift.timer"
            echo verified
            """)
        #expect(result.status == 0, "\(result)")
        let lines = result.output.split(separator: "\n")
        for line in [
            "Type=oneshot", "OnCalendar=hourly", "NoNewPrivileges=yes", "ProtectSystem=strict",
            "RestrictNamespaces=net",
            "CapabilityBoundingSet=CAP_NET_ADMIN CAP_SYS_PTRACE CAP_DAC_READ_SEARCH CAP_SYS_ADMIN", "verified",
        ] { #expect(lines.contains(Substring(line)), "\(line)") }
        #expect(lines.contains { $0.hasPrefix("ExecStart=/usr/local/sbin/portgate drift ") })
        #expect(!result.output.contains("@SBINDIR@") && !result.output.contains(" apply"))
        #expect(!result.errors.contains("portgate-drift"), "\(result.errors)")
    }

    @Test(
        "the units of the witness have no right and no file but their own, and systemd takes them",
        arguments: [
            ("portgate-witness", ["DynamicUser=yes", "StateDirectory=portgate-witness"], "portgate-witness serve "),
            ("portgate-witness-submit", ["StateDirectory=portgate"], "portgate-witness submit "),
        ] as [(String, [String], String)])
    func witnessUnits(_ name: String, _ settings: [String], _ command: String) throws {
        let result = try Self.install(
            """
            unit=$d/usr/lib/systemd/system/\(name).service
            cat "$unit"
            test -x "$d/usr/local/sbin/portgate-witness"
            mkdir "$d/units"; sed "s|ExecStart=|ExecStart=$d|" "$unit" > "$d/units/\(name).service"
            systemd-analyze verify --man=no "$d/units/\(name).service"
            echo verified
            """)
        #expect(result.status == 0, "\(result)")
        let lines = result.output.split(separator: "\n")
        for line in settings + [
            "CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict", "MemoryDenyWriteExecute=yes",
            "Restart=always", "verified",
        ] { #expect(lines.contains(Substring(line)), "\(line)") }
        #expect(lines.contains { $0.hasPrefix("ExecStart=/usr/local/sbin/\(command)") })
        #expect(!result.output.contains("@SBINDIR@"))
        #expect(!result.errors.contains("\(name).service"), "\(result.errors)")
    }

    @Test("what is installed finds its worker in libexec, and boots an empty state to nothing")
    func installed() throws {
        let result = try Self.install(
            """
            unshare --net "$d/usr/local/sbin/portgate" boot --state-dir "$d/state"
            unshare --net "$d/usr/local/sbin/portgate" status --state-dir "$d/state" || echo "status $?"
            """)
        #expect(result.output.hasPrefix("nothing is to be in force"), "\(result)")
        #expect(result.output.hasSuffix("status 1\n"), "\(result)")
    }
}
