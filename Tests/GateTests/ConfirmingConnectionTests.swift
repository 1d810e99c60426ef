import Host
import Testing

@testable import Gate

/// Which SSH connection a process was started over, by the tree of processes.
@Suite("ConfirmingConnection")
struct ConfirmingConnectionTests {
    private static func process(_ number: Int32, _ name: String, _ title: String, _ start: Int64)
        -> ConfirmingConnection.Ancestor
    {
        ConfirmingConnection.Ancestor(process: number, name: name, title: title, startTicks: start)
    }

    private static let listener = process(10, "sshd", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", 5)

    @Test("A02: it is the oldest sshd of the connection, never the listener, and everything of it must be newer")
    func oldest() throws {
        let ancestors = [
            Self.process(40, "bash", "-bash", 900), Self.process(30, "sshd", "sshd: root@pts/0", 800),
            Self.process(20, "sshd", "sshd: root [priv]", 700), Self.listener,
            Self.process(1, "systemd", "/sbin/init", 1),
        ]
        let connection = try #require(ConfirmingConnection(among: ancestors))
        #expect(connection.process == 20)
        #expect(throws: GateFailure.self) { try connection.requireNewer(than: 700 * BootClock.tick) }
        try connection.requireNewer(than: 700 * BootClock.tick - 1)
    }

    @Test("newer releases call it sshd-session, and a listener that is gone leaves it its own oldest")
    func otherTrees() throws {
        let session = [
            Self.process(30, "sshd-session", "sshd-session: root@pts/0", 800),
            Self.process(20, "sshd-session", "sshd-session: root [priv]", 700), Self.listener,
        ]
        #expect(ConfirmingConnection(among: session)?.process == 20)
        #expect(ConfirmingConnection(among: Array(session.prefix(2)))?.process == 20)
        // A name of one's own making inside an old session does not make it newer.
        let faked = [Self.process(50, "sshd", "sshd", 2000)] + session
        #expect(ConfirmingConnection(among: faked)?.process == 20)
    }

    @Test("a console, a multiplexer and a unit have none")
    func none() {
        #expect(ConfirmingConnection(among: [Self.process(7, "tmux: server", "tmux", 3)]) == nil)
        #expect(ConfirmingConnection(among: [Self.listener]) == nil)
        #expect(throws: GateFailure.self) { try ConfirmationProof.connection(nil).check(since: 0) }
        #expect(throws: Never.self) { try ConfirmationProof.console(nil).check(since: 0) }
    }

    @Test("the fields behind a name that holds parentheses and spaces are found")
    func stat() throws {
        let fields = try #require(Ancestors.fields(of: Array("42 (a) b) S 7 1 1 0".utf8)))
        #expect(fields.name == "a) b")
        #expect(fields.rest.prefix(2) == ["S", "7"])
        #expect(Ancestors.fields(of: Array("42 nothing".utf8)) == nil)
    }
}
