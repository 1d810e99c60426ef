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
        "the units that run all the time start after the gate, have the least rights, and systemd takes them",
        arguments: [
            // Its heartbeat goes over the loopback interface.
            (
                "portgate-record", "portgate record",
                [
                    "CapabilityBoundingSet=CAP_NET_ADMIN",
                    "RestrictAddressFamilies=AF_NETLINK AF_UNIX AF_INET AF_INET6",
                    "IPAddressDeny=any", "IPAddressAllow=localhost",
                ]
            ),
            (
                "portgate-ship", "portgate-ship $PORTGATE_SHIP",
                [
                    "CapabilityBoundingSet=", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
                    "ConditionPathExists=/etc/default/portgate-ship",
                ]
            ),
            // It has no file but its own, and no user either.
            (
                "portgate-witness", "portgate-witness serve $PORTGATE_WITNESS",
                [
                    "CapabilityBoundingSet=", "RestrictAddressFamilies=AF_INET AF_INET6", "DynamicUser=yes",
                    "StateDirectory=portgate-witness", "ConditionPathExists=/etc/default/portgate-witness",
                ]
            ),
            (
                "portgate-witness-submit", "portgate-witness submit $PORTGATE_WITNESS_SUBMIT",
                [
                    "CapabilityBoundingSet=", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
                    "ConditionPathExists=/etc/default/portgate-witness-submit",
                ]
            ),
        ])
    func daemonUnits(unit: String, command: String, own: [String]) throws {
        let result = try Self.install(
            """
            unit=$d/usr/lib/systemd/system/\(unit).service
            cat "$unit"
            mkdir "$d/units"; sed "s|ExecStart=|ExecStart=$d|" "$unit" > "$d/units/\(unit).service"
            systemd-analyze verify --man=no "$d/units/\(unit).service"
            echo verified
            """)
        #expect(result.status == 0, "\(result)")
        let lines = result.output.split(separator: "\n")
        let common = [
            "Restart=always", "NoNewPrivileges=yes", "ProtectSystem=strict", "MemoryDenyWriteExecute=yes",
            "ExecStart=/usr/local/sbin/\(command)", "verified",
        ]
        for line in common + own { #expect(lines.contains(Substring(line)), "\(line)\n\(result.output)") }
        #expect(!result.output.contains("@SBINDIR@"))
        #expect(!result.errors.contains(unit), "\(result.errors)")
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
