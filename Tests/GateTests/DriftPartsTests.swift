import Drift
import Foundation
import Policy
import Testing

@testable import Gate

/// What each part of a look says, from what it was shown.
@Suite("parts of drift")
struct DriftPartsTests {
    // MARK: Listeners

    private static func listener(
        _ port: UInt16, _ address: String? = nil, transport: TransportProtocol = .tcp, name: String? = "web",
        unit: String? = "web.service", inode: UInt32 = 1
    ) -> HostListeners.Listener {
        HostListeners.Listener(
            socket: ListeningSocket(
                transport: transport, address: address.flatMap { try? IPAddress(parsing: $0) }, isIPv6: false,
                port: port,
                user: 0, inode: inode),
            owner: name.map { SocketOwner(process: 12, name: $0, command: "/bin/\($0) -x", unit: unit) })
    }

    private static func audit(_ listeners: [HostListeners.Listener], isDenied: Bool = false) -> [DriftFinding] {
        let policy = GateSample.policy([GateSample.port("db", 5432)])
        return ListenerAudit(
            declared: ListenerAudit.ports(of: policy), isDenied: isDenied, localPorts: 32_768...60_999,
            started: { _ in GateSample.now }, user: { "user \($0)" }
        ).findings(listeners)
    }

    @Test("an undeclared listener is told with process, unit, user and since when; a declared one is not")
    func undeclared() throws {
        let found = Self.audit([Self.listener(5432), Self.listener(8080, "10.0.0.1")])
        let finding = try #require(found.first)
        #expect(found.count == 1)
        #expect(finding.kind == .undeclaredListener && finding.diagnostic.severity == .warning)
        #expect(finding.diagnostic.message == "web (pid 12) listens on tcp 8080, and no port of the policy is that")
        #expect(
            finding.diagnostic.notes.map(\.message) == [
                "at 10.0.0.1", "command: /bin/web -x", "systemd unit: web.service",
                "since 2026-11-21T12:00:00Z, when the process started", "the socket was made by user 0",
            ])
    }

    @Test(
        "how much an undeclared listener weighs",
        arguments: [
            ("10.0.0.1", TransportProtocol.tcp, false, Severity.warning), ("10.0.0.1", .tcp, true, .error),
            ("127.0.0.1", .tcp, true, .note), ("::1", .tcp, false, .note), ("10.0.0.1", .udp, true, .note),
        ])
    func weight(address: String, transport: TransportProtocol, isDenied: Bool, severity: Severity) {
        let found = Self.audit(
            [Self.listener(5432), Self.listener(40_000, address, transport: transport)], isDenied: isDenied)
        #expect(found.map(\.diagnostic.severity) == [severity])
    }

    @Test("one service on several addresses is one finding, and an unused port is a note at its place")
    func grouping() {
        let found = Self.audit([
            Self.listener(80, inode: 1), Self.listener(80, "10.0.0.1", inode: 2),
            Self.listener(80, "127.0.0.1", inode: 3),
        ])
        #expect(found.map(\.diagnostic.code) == ["PG320", "PG321", "PG322"])
        #expect(found.first?.diagnostic.notes.first?.message == "at every IPv4 address, 10.0.0.1")
        #expect(found.last?.diagnostic.port == "db" && found.last?.diagnostic.span != nil)
    }

    @Test("a socket whose process nobody may see is told all the same")
    func unknownOwner() {
        let found = Self.audit([Self.listener(5432), Self.listener(2049, name: nil)])
        #expect(
            found.map(\.diagnostic.message) == [
                "a process that could not be told listens on tcp 2049, and no port of the policy is that"
            ])
    }

    @Test("the start of a process is read whatever its name holds")
    func processStart() throws {
        let fields = (4...30).map { "\($0)" }.joined(separator: " ")
        #expect(ProcessStart.ticks(inStat: Array("7 (a) b) (c) S \(fields)".utf8)) == 22)
        #expect(ProcessStart.ticks(inStat: Array("7 (a) S 1".utf8)) == nil)
        let now = Instant(seconds: Int64(Date().timeIntervalSince1970))
        let own = try #require(ProcessStart.moment(of: getpid()))
        #expect(own.seconds <= now.seconds + 1 && now.seconds - own.seconds < 3_600)
    }

    // MARK: Boot

    private static let unit = """
        [Unit]
        Before=network-pre.target shutdown.target
        [Service]
        Type=oneshot
        ExecStart=/usr/local/sbin/portgate boot
        """

    private static func boot(_ files: [String: String], links: [String: String] = [:]) throws -> [DriftFinding] {
        let folder = try StateFolder()
        for (path, text) in files { try folder.write(path, text) }
        for (path, target) in links {
            let url = URL(fileURLWithPath: folder.path).appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: target)
        }
        return BootUnits.read(root: folder.path).findings()
    }

    private static let wants = "etc/systemd/system/sysinit.target.wants/portgate.service"
    private static let packaged = "usr/lib/systemd/system/portgate.service"

    @Test("an enabled unit as packaged says nothing")
    func bootEnabled() throws {
        #expect(try Self.boot([Self.packaged: Self.unit], links: [Self.wants: "/\(Self.packaged)"]).isEmpty)
        let own = "etc/systemd/system/gate.service"
        #expect(
            try Self.boot(
                [own: Self.unit], links: ["etc/systemd/system/sysinit.target.requires/gate.service": "../gate.service"]
            ).isEmpty)
    }

    @Test("no unit, one that is not enabled, and one that is masked are told; without systemd, what was looked at")
    func bootMissing() throws {
        let systemd = ["usr/lib/systemd/systemd": ""]
        #expect(try Self.boot(systemd).map(\.diagnostic.code) == ["PG323"])
        let disabled = try Self.boot([Self.packaged: Self.unit])
        #expect(disabled.map(\.diagnostic.code) == ["PG323"])
        #expect(disabled.first?.diagnostic.notes.last?.message == "/\(Self.packaged) would, and is not enabled")
        let masked = try Self.boot(
            systemd.merging([Self.packaged: Self.unit]) { $1 },
            links: [Self.wants: "/\(Self.packaged)", "etc/systemd/system/portgate.service": "/dev/null"])
        #expect(masked.map(\.diagnostic.code) == ["PG323"])
        let none = try Self.boot(["etc/systemd/system/x.service": ""])
        #expect(none.map(\.diagnostic.code) == ["PG325"])
        #expect(none.first?.diagnostic.message.contains("/etc/systemd/system") == true)
    }

    @Test("a unit that is not as packaged is told, with what of it matters")
    func bootAltered() throws {
        let late = Self.unit.replacingOccurrences(of: "network-pre.target ", with: "")
        let found = try Self.boot(
            [
                Self.packaged: late + "\nExecStop=/usr/sbin/nft flush ruleset\n",
                "etc/systemd/system/portgate.service.d/x.conf": "[Service]\n",
            ], links: [Self.wants: "/\(Self.packaged)"])
        #expect(found.map(\.diagnostic.code) == ["PG324"])
        let notes = found.first?.diagnostic.notes.map(\.message) ?? []
        #expect(
            notes.count == 3 && notes.last == "/etc/systemd/system/portgate.service.d/x.conf changes it", "\(notes)")
    }

    // MARK: Looks

    @Test("settings are read by name, and one that changed is told with its value before")
    func settings() throws {
        let folder = try StateFolder()
        try folder.write("net/ipv4/ip_forward", "0\n")
        try folder.write("net/ipv4/conf/all/rp_filter", "1\n")
        try folder.write("net/ipv4/conf/eth0.7/rp_filter", "2\n")
        let before = try KernelSettings.read(folder.path)
        #expect(
            before.values == [
                "net.ipv4.ip_forward": "0", "net.ipv4.conf.all.rp_filter": "1", "net.ipv4.conf.eth0/7.rp_filter": "2",
            ])
        var now = before
        now.values["net.ipv4.conf.all.rp_filter"] = "0"
        now.values["net.ipv4.conf.new.rp_filter"] = "0"
        let earlier = Self.look(settings: before)
        let told = SinceLastLook.settings(now, since: earlier, isRenewed: false, at: GateSample.now)
        #expect(told.findings.map(\.repair) == [.setting(name: "net.ipv4.conf.all.rp_filter", value: "1")])
        // It is told again until somebody settles it.
        #expect(told.settings == before)
        #expect(SinceLastLook.settings(now, since: earlier, isRenewed: true, at: GateSample.now).settings == now)
    }

    private static func look(
        settings: KernelSettings = KernelSettings(), generation: UInt32 = 7, tables: [String: String] = ["ip nat": "a"],
        unexplained: [LastLook.Step] = []
    ) -> LastLook {
        LastLook(
            at: GateSample.now, boot: "boot", cookie: .max,
            ruleset: RulesetFingerprint(generation: generation, tables: tables),
            applied: 3, settings: settings, settingsAt: GateSample.now, unexplained: unexplained)
    }

    private static func steps(
        _ now: RulesetFingerprint, applied: (UInt32, Instant)? = nil, isAsApplied: Bool = true, own: [String] = [],
        earlier: LastLook? = look()
    ) -> (findings: [DriftFinding], unexplained: [LastLook.Step]) {
        SinceLastLook(
            earlier: earlier, pending: earlier?.unexplained ?? [],
            applied: applied.map { (generation: $0.0, at: $0.1) }, isAsApplied: isAsApplied, own: own,
            watched: [RulesetStep(generation: 8, process: 5, name: "nft")]
        ).steps(now, at: GateSample.now.advanced(byDays: 1))
    }

    @Test("I01: a step of the generation without a difference is a change made and undone, told until it is accepted")
    func madeAndUndone() throws {
        let found = Self.steps(RulesetFingerprint(generation: 9, tables: ["ip nat": "a"]))
        let finding = try #require(found.findings.first)
        #expect(finding.kind == .unexplainedChange && finding.diagnostic.code == "PG331")
        #expect(finding.diagnostic.severity == .warning)
        #expect(finding.diagnostic.message.contains("from 7 to 9"))
        #expect(finding.diagnostic.notes.contains { $0.message == "generation 8 by nft (pid 5)" })
        let next = Self.steps(
            RulesetFingerprint(generation: 9, tables: ["ip nat": "a"]),
            earlier: Self.look(generation: 9, unexplained: found.unexplained))
        #expect(next.findings.map(\.subject) == [finding.subject])
    }

    @Test("a step that another table explains, sessions may explain, or an apply made is not one")
    func explained() {
        let other = Self.steps(RulesetFingerprint(generation: 9, tables: ["ip nat": "b"]))
        #expect(other.findings.map(\.diagnostic.code) == ["PG332"] && other.unexplained.isEmpty)
        #expect(other.findings.first?.diagnostic.message.hasSuffix("changed: ip nat") == true)
        let session = Self.steps(RulesetFingerprint(generation: 9, tables: ["ip nat": "a"]), own: ["sessions"])
        #expect(session.findings.map(\.diagnostic.severity) == [.note])
        let same = RulesetFingerprint(generation: 9, tables: ["ip nat": "a", "inet portgate": "c"])
        #expect(Self.steps(same, applied: (9, GateSample.now)).findings.isEmpty)
        #expect(Self.steps(same, applied: (8, GateSample.now)).findings.map(\.diagnostic.code) == ["PG331"])
        #expect(
            Self.steps(same, applied: (8, GateSample.now), isAsApplied: false).findings.map(\.diagnostic.code) == [
                "PG332"
            ])
        #expect(Self.steps(same, earlier: nil).findings.isEmpty)
    }

    @Test("a look is remembered whole, and a torn one is damage")
    func remembered() throws {
        let folder = try StateFolder()
        #expect(try folder.directory.lastLook() == nil)
        let step = LastLook.Step(from: 1, since: GateSample.now, to: 3, seen: GateSample.now, by: ["x"])
        let look = Self.look(settings: KernelSettings(values: ["a.b": "1 2"]), unexplained: [step])
        try folder.directory.remember(look)
        #expect(try folder.directory.lastLook() == look)
        try folder.write("looks.json", "{\"format\": 1}")
        #expect(throws: GateFailure.self) { try folder.directory.lastLook() }
    }

    @Test("I02: events name process and generation; what is torn counts as lost")
    func events() {
        func attribute(_ type: UInt16, _ bytes: [UInt8]) -> [UInt8] {
            var padded = NetlinkRequest.native(UInt16(bytes.count + 4)) + NetlinkRequest.native(type) + bytes
            while padded.count % 4 != 0 { padded.append(0) }
            return padded
        }
        func message(_ type: UInt16, _ body: [UInt8]) -> [UInt8] {
            let payload = [0, 0, 0, 0] + body
            return NetlinkRequest.native(UInt32(16 + payload.count)) + NetlinkRequest.native(type)
                + [UInt8](repeating: 0, count: 10) + payload
        }
        let step = message(
            10 << 8 | 15,
            attribute(1, [0, 0, 0, 9]) + attribute(2, [0, 0, 1, 0]) + attribute(3, Array("nft".utf8) + [0]))
        var events: [RulesetEvents.Event] = []
        RulesetEvents.read(message(10 << 8 | 6, []) + step, &events)
        #expect(events == [.step(RulesetStep(generation: 9, process: 256, name: "nft"))])
        RulesetEvents.read(Array(step.dropLast(4)), &events)
        RulesetEvents.read(message(10 << 8 | 15, []), &events)
        #expect(events.suffix(2) == [.lost, .lost])
    }

    // MARK: Access

    @Test("elements that no grant explains, or not for so long, are told")
    func overdue() throws {
        let port = GateSample.name("db")
        func element(_ last: UInt8, left: UInt64?) -> SetElement {
            SetElement(
                UInt128(last), UInt128(last), timeoutMilliseconds: left.map { _ in 100_000 },
                remainingMilliseconds: left)
        }
        let wanted = [SetElement(1, 1, timeoutMilliseconds: 50_000, remainingMilliseconds: nil)]
        func told(_ live: SetElement) -> [String] {
            OverdueAccess.grants(port, live: [live], wanted: wanted, isIPv6: false).map(\.diagnostic.message)
        }
        #expect(told(element(1, left: 51_000)).isEmpty)
        #expect(told(element(1, left: 60_000)) == ["0.0.0.1 is let in for 60 s more, and was granted 50 s more"])
        #expect(told(element(1, left: nil)) == ["0.0.0.1 is let in for good, and was granted 50 s more"])
        #expect(
            told(element(2, left: 9_000)) == ["0.0.0.2 is let in for 9 s more, and no grant that is recorded says so"])
    }

    @Test("an address that proves an identity for longer than a session lasts, or without one, is told")
    func overdueSessions() {
        let entry = SessionEntry(
            account: 1_000, source: .v4(IPv4Address(bits: 1)), process: 7, since: GateSample.now)
        func told(_ left: UInt64?, _ sessions: [SessionEntry]) -> [Severity] {
            let set = SetHandle("pg_i4_alice", key: .ipv4, isInterval: false)
            let element = SetElement(1, 1, timeoutMilliseconds: left.map { _ in 45_000 }, remainingMilliseconds: left)
            let scope = SessionScope.Entry(identity: GateSample.name("alice"), user: "alice")
            let overview = SessionOverview([(scope, set, [element])], sessions: sessions) { _ in "alice" }
            return OverdueAccess.sessions(overview.lines).map(\.diagnostic.severity)
        }
        #expect(told(30_000, [entry]).isEmpty)
        #expect(told(30_000, []) == [.note])
        #expect(told(90_000, [entry]) == [.warning])
        #expect(told(nil, [entry]) == [.warning])
    }

    // MARK: Catalog

    @Test("every code that drift says, its own and status's, is in the catalog")
    func catalog() {
        let own = ["PG345", "PG346", "PG347"]
        for code in DriftFinding.statusCodes + own { #expect(DiagnosticCatalog.entry(for: code) != nil, "\(code)") }
        let step = LastLook.Step(from: 1, since: GateSample.now, to: 2, seen: GateSample.now)
        let said: [Diagnostic] = [
            .declaredIsNotApplied(nil, changes: []), .declaredCompilesOtherwise(1, []),
            .recordMismatch("epoch", live: "1", recorded: "2"), .recordStandsIn(nil),
            .undeclaredListener("x", notes: [], isDenied: false), .undeclaredOwnListener("x", notes: []),
            .unusedPort("x", "tcp 1", at: nil), .bootMissing([]), .bootAltered("x", []), .bootUnknown("x"),
            .settingChanged("x", from: "0", to: "1", since: GateSample.now), .madeAndUndone(step, own: []),
            .rulesetMoved(step, tables: []), .notRemembered("x"), .accessUnexplained("x"), .notLookedAt("x", "y"),
        ]
        let codes = said.map(\.code) + own
        let listed = DiagnosticCatalog.entries.map(\.code).filter { ("PG310"..."PG349").contains($0) }
        #expect(codes.sorted() == listed)
        for diagnostic in said {
            #expect(
                DiagnosticCatalog.entry(for: diagnostic.code)?.severity == diagnostic.severity, "\(diagnostic.code)")
        }
    }

    // MARK: Addresses

    @Test("the host's own addresses are read from its routes, blocks too, whatever stands between")
    func addresses() throws {
        let trie = """
            Main:
              +-- 0.0.0.0/0 3 0 5
                 |-- 0.0.0.0
                    /0 universe UNICAST
                 +-- 192.0.2.0/24 2 0 2
                    |-- 192.0.2.0
                       /24 link UNICAST
                    |-- 192.0.2.2
                       /32 host LOCAL
                 |-- 198.51.100.0
                    /25 host LOCAL
                    /24 link UNICAST
                 |-- broken
                    /99 host LOCAL
            """
        let v4 = LocalAddresses.localBlocks(inTrie: trie)
        #expect(v4.intervals.map(\.first) == [0xc000_0202, 0xc633_6400])
        #expect(v4.intervals.map(\.last) == [0xc000_0202, 0xc633_647f])
        let none = String(repeating: "0", count: 32)
        let rest = "\(none) 00 \(none) 00000000 00000003 00000000"
        let routes = """
            fd000000000000000000000000000002 80 \(rest) 80200001     eth0
            fd000000000000000000000000000000 40 \(rest) 00000001     eth0
            zz 80 \(rest) 80200001     eth0
            """
        let own = UInt128(0xfd) << 120 | 2
        let v6 = LocalAddresses.localBlocks(inRoutes: routes)
        #expect(v6.intervals.map(\.first) == [own] && v6.intervals.map(\.last) == [own])
        #expect(LocalAddresses.read("/nonexistent") == nil)
    }
}
