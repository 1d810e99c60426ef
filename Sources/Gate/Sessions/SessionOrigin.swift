import Glibc
public import Policy

/// Who is at the other end of the SSH connection that a process was started over, as the kernel knows it: nothing of it is
/// taken from the environment, the arguments, or a file of the user.
public struct SessionOrigin: Hashable, Sendable {
    /// The number of the account that was logged in to.
    public let account: UInt32
    /// The address the connection comes from; IPv4 when it is written as IPv6.
    public let source: IPAddress
    /// The root process of sshd that serves this connection alone.
    let server: pid_t
    /// The process's parent when it was looked at.
    let parent: pid_t

    private static let deepest = 64

    /// Finds the origin of a process.
    ///
    /// The server of a connection is the nearest ancestor that runs wholly as root and is sshd from a file that only root may
    /// write: nobody but root can put such a process above one's own. The connection is the first one it holds, and the account
    /// is that of the process below it on the way here.
    public static func find() throws(GateFailure) -> SessionOrigin { try find(of: getpid(), by: .host) }

    static func find(of process: pid_t, by look: ProcessLook) throws(GateFailure) -> SessionOrigin {
        guard let parent = look.parent(process), let own = look.users(process)?.first else {
            throw .noSSHConnection("this process cannot be looked at")
        }
        var below = process
        var current = parent
        for _ in 0..<deepest where current > 1 {
            guard let users = look.users(current) else { break }
            if users.allSatisfy({ $0 == 0 }), let program = look.program(current), isServer(program) {
                guard let account = look.users(below)?.first else { break }
                // Root by sudo acts for the one who logged in; anybody else is who they are.
                guard own == account || own == 0 else { throw .otherAccount(own: own, loggedIn: account) }
                guard let peer = look.peer(current) else { throw .sessionNotPrivileged() }
                guard let source = peer else { throw .noSSHConnection("sshd above this process holds no connection") }
                try check(source)
                return SessionOrigin(account: account, source: source, server: current, parent: parent)
            }
            guard let next = look.parent(current) else { break }
            (below, current) = (current, next)
        }
        throw .noSSHConnection("no process above this one is sshd serving a connection")
    }

    private static func isServer(_ path: String) -> Bool {
        guard let name = path.split(separator: "/").last else { return false }
        return name == "sshd" || name == "sshd-session" || name == "sshd-auth"
    }

    /// An address must mean one peer out there: nobody comes from outside with a loopback address, and a link-local one means
    /// another host on every link.
    private static func check(_ source: IPAddress) throws(GateFailure) {
        if source.isLoopback { throw .unprovable("\(source) is this host itself") }
        if case .v6(let address) = source, address.bits >> 118 == 0x3fa {
            throw .unprovable("\(source) is link-local: on another link it is another host")
        }
    }
}
