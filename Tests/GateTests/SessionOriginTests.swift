import Glibc
import Policy
import Testing

@testable import Gate

/// Who a session is of: decided by processes that only root can put above one's own.
@Suite("SessionOrigin")
struct SessionOriginTests {
    private static let root: [UInt32] = [0, 0, 0, 0]
    private static let alice: [UInt32] = [1001, 1001, 1001, 1001]
    private static let peer = IPAddress.v4(IPv4Address(bits: 0x0a00_0005))

    /// A process of a test.
    private struct Process {
        var parent: pid_t
        var users: [UInt32] = SessionOriginTests.alice
        var program: String? = "/bin/sh"
        var peer: IPAddress?? = .some(nil)
    }

    private static func look(_ processes: [pid_t: Process]) -> ProcessLook {
        ProcessLook(
            parent: { processes[$0]?.parent }, users: { processes[$0]?.users }, program: { processes[$0]?.program },
            peer: { processes[$0]?.peer ?? nil })
    }

    /// portgate-session 50 ← sh 40 ← sshd of alice 30 ← sshd of the connection 20 ← sshd that listens 10.
    private static let honest: [pid_t: Process] = [
        50: Process(parent: 40), 40: Process(parent: 30),
        30: Process(parent: 20, program: "/usr/sbin/sshd", peer: .some(peer)),
        20: Process(parent: 10, users: root, program: "/usr/sbin/sshd", peer: .some(peer)),
        10: Process(parent: 1, users: root, program: "/usr/sbin/sshd"),
    ]

    private static func find(_ change: (inout [pid_t: Process]) -> Void) -> Result<SessionOrigin, GateFailure> {
        var processes = honest
        change(&processes)
        let look = look(processes)
        return Result { () throws(GateFailure) in try SessionOrigin.find(of: 50, by: look) }
    }

    private static func code(_ change: (inout [pid_t: Process]) -> Void) -> String {
        switch find(change) {
        case .success(let origin): "\(origin.account) \(origin.source)"
        case .failure(let failure): failure.diagnostic.code
        }
    }

    @Test("the account and the address are those of sshd's process for the connection")
    func honest() {
        #expect(Self.code { _ in } == "1001 10.0.0.5")
        // OpenSSH 9.8 and later.
        #expect(Self.code { $0[20]?.program = "/usr/lib/openssh/sshd-session" } == "1001 10.0.0.5")
    }

    @Test("root by sudo acts for the one who is logged in; a login of root is root's")
    func root() {
        #expect(
            Self.code { processes in
                processes[50] = Process(parent: 45, users: Self.root, program: "/usr/sbin/portgate")
                processes[45] = Process(parent: 40, users: Self.root, program: "/usr/bin/sudo")
            } == "1001 10.0.0.5")
        #expect(
            Self.code { processes in
                processes[50] = Process(parent: 20, users: Self.root)
            } == "0 10.0.0.5")
    }

    /// The sshd that listens is found next, and serves nobody.
    private static let refusals = ["PG422", "PG423"]

    @Test("PG422: an sshd of the user's own, and a root process that is not sshd, prove nothing")
    func pretenders() {
        #expect(Self.code { $0[20]?.users = Self.alice } == "PG422")
        #expect(Self.code { $0[20]?.users = [1001, 0, 0, 0] } == "PG422")
        // A program that root does not own, or that others may write to, has no path here.
        #expect(Self.refusals.contains(Self.code { $0[20]?.program = nil }))
        #expect(Self.refusals.contains(Self.code { $0[20]?.program = "/usr/sbin/cron" }))
        #expect(Self.refusals.contains(Self.code { $0[20]?.program = "/home/alice/notsshd" }))
        #expect(Self.code { $0[40]?.parent = 1 } == "PG422")
        #expect(Self.code { $0[20]?.peer = .some(nil) } == "PG422")
        // Parents in a circle end.
        #expect(Self.code { $0[30]?.parent = 40 } == "PG422")
    }

    @Test("PG423: who changed the account after the login is not who logged in")
    func otherAccount() {
        #expect(Self.code { $0[50]?.users = [1002, 1002, 1002, 1002] } == "PG423")
    }

    @Test("PG425: a connection that cannot be looked at is no proof")
    func blind() {
        #expect(Self.code { $0[20]?.peer = .none } == "PG425")
    }

    @Test(
        "PG424: an address that does not mean one peer proves nothing",
        arguments: ["127.0.0.1", "::1", "fe80::1", "febf::1"])
    func unprovable(address: String) throws {
        let source = try IPAddress(parsing: address)
        #expect(Self.code { $0[20]?.peer = .some(source) } == "PG424")
    }

    @Test("an IPv4 address that comes as IPv6 is IPv4")
    func mapped() {
        #expect(ProcessLook.address(0xffff_0a00_0005) == Self.peer)
        #expect(ProcessLook.address(0xfd00 << 112 | 5) == .v6(IPv6Address(bits: 0xfd00 << 112 | 5)))
    }

    @Test("the numbers of a status file are read, whatever the name of the process says")
    func status() {
        let text = Array("Name:\tPPid:\t7\nPPid:\t12\nUid:\t1001\t0\t0\t0\n".utf8)
        #expect(ProcessLook.number("PPid:", in: text) == [12])
        #expect(ProcessLook.number("Uid:", in: text) == [1001, 0, 0, 0])
        #expect(ProcessLook.number("Gid:", in: text) == [])
    }

    @Test("a test is no SSH session")
    func here() {
        let outcome = Result { () throws(GateFailure) in try SessionOrigin.find() }
        guard case .failure(let failure) = outcome else {
            // The tests themselves are run over SSH: then it is found, and says from where.
            return
        }
        #expect(["PG422", "PG424", "PG425"].contains(failure.diagnostic.code))
    }
}
