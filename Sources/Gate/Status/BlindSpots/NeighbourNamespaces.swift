import CLinux
import Glibc
import Policy

/// Other network namespaces of this kernel, found by the processes in them. What listens there has rules of its own, or none.
enum NeighbourNamespaces {
    /// Namespaces that are looked into, at most.
    private static let limit = 64

    /// Returns what listens on these services in other network namespaces, in words.
    static func listeners(on services: [GateView.Service]) -> BlindSpots.Look<[String]> {
        guard !services.isEmpty else { return .seen([]) }
        let found: (processes: [UInt64: Int32], unreadable: Int)
        do throws(SystemError) { found = try namespaces() } catch { return .hidden(error.description) }
        var words: [String] = []
        var unseen: [String] = []
        // Whatever may not be asked for its namespace may be in any.
        if found.unreadable > 0 { unseen.append("\(found.unreadable) processes may not be asked where they are") }
        if found.processes.count > limit { unseen.append("\(found.processes.count - limit) of them are too many") }
        for (namespace, process) in found.processes.sorted(by: { $0.key < $1.key }).prefix(limit) {
            switch listening(in: process) {
            case .success(let sockets): words += Self.words(sockets, services, namespace: namespace, process)
            case .failure(let error):
                // The process that led there is gone, and perhaps the namespace with it.
                if error.code == ENOENT || error.code == ESRCH { continue }
                unseen.append("that of pid \(process): \(error.description)")
            }
        }
        return unseen.isEmpty ? .seen(words) : .partly(words, unseen.joined(separator: ", "))
    }

    /// Returns the process with the least number in each network namespace but this one.
    private static func namespaces() throws(SystemError) -> (processes: [UInt64: Int32], unreadable: Int) {
        var status = stat()
        guard stat("/proc/thread-self/ns/net", &status) == 0 else { throw SystemError("stat /proc/thread-self/ns/net") }
        let own = UInt64(status.st_ino)
        var processes: [UInt64: Int32] = [:]
        var unreadable = 0
        for process in try StateFile.names(in: "/proc").compactMap({ Int32($0) }).sorted() {
            if stat("/proc/\(process)/ns/net", &status) == 0 {
                let namespace = UInt64(status.st_ino)
                if namespace != own, processes[namespace] == nil { processes[namespace] = process }
            } else if errno == EACCES || errno == EPERM {
                unreadable += 1
            }
        }
        return (processes, unreadable)
    }

    /// Reads the listening sockets of the namespace that a process is in.
    private static func listening(in process: Int32) -> Result<[ListeningSocket], SystemError> {
        let outcome = NamespaceThread.run { () -> Result<[ListeningSocket], SystemError> in
            let path = "/proc/\(process)/ns/net"
            let descriptor = portgate_open(path, O_RDONLY | O_CLOEXEC, 0)
            guard descriptor >= 0 else { return .failure(SystemError("open \(path)")) }
            defer { close(descriptor) }
            guard portgate_setns_net(descriptor) == 0 else { return .failure(SystemError("setns")) }
            do throws(NetlinkSocket.Failure) {
                var diagnosis = try SocketDiagnosis()
                return .success(try diagnosis.listening())
            } catch {
                guard case .system(let call, let code) = error else { return .failure(SystemError("ask", code: EIO)) }
                return .failure(SystemError(call, code: code))
            }
        }
        return outcome ?? .failure(SystemError("pthread_create", code: EAGAIN))
    }

    private static func words(
        _ sockets: [ListeningSocket], _ services: [GateView.Service], namespace: UInt64, _ process: Int32
    ) -> [String] {
        let wanted = sockets.filter { socket in
            !socket.isLoopbackOnly
                && services.contains { service in
                    service.transport == socket.transport.rawValue && service.first <= socket.port
                        && socket.port <= service.last
                }
        }
        return Set(wanted.map { "\($0.transport.name) \($0.port)" }).sorted().map {
            "\($0) in network namespace \(namespace) (of pid \(process))"
        }
    }
}
