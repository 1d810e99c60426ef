import Policy

/// What listens on this host, socket by socket, with who holds it.
public struct HostListeners: Hashable, Sendable {
    /// A socket and its owner.
    public struct Listener: Hashable, Sendable {
        /// The socket.
        public let socket: ListeningSocket
        /// The process, when it may be looked at.
        public let owner: SocketOwner?

        /// Creates a listener.
        public init(socket: ListeningSocket, owner: SocketOwner?) {
            self.socket = socket
            self.owner = owner
        }
    }

    /// The listeners, by protocol and port.
    public let listeners: [Listener]

    /// Creates a list.
    public init(listeners: [Listener]) { self.listeners = listeners }

    /// Reads the listeners of this network namespace.
    public static func current() throws(GateFailure) -> HostListeners {
        let sockets: [ListeningSocket]
        do throws(NetlinkSocket.Failure) {
            var diagnosis = try SocketDiagnosis()
            sockets = try diagnosis.listening()
        } catch { throw .listenersUnreadable(error.words) }
        let owners = SocketOwners.find(Set(sockets.map(\.inode)))
        let listeners = sockets.map { Listener(socket: $0, owner: owners[$0.inode]) }
        return HostListeners(
            listeners: listeners.sorted {
                ($0.socket.transport.rawValue, $0.socket.port, $0.socket.inode)
                    < ($1.socket.transport.rawValue, $1.socket.port, $1.socket.inode)
            })
    }
}
