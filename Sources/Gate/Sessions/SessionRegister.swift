import CLinux
import Glibc

/// The sessions of this network namespace: each holds a socket whose name, in the kernel's abstract namespace, tells of it.
/// The kernel takes the name away with its process, however that ends, so nothing is ever stale; and no folder must be
/// writable for the users of a host.
enum SessionRegister {
    /// Entries an account may hold.
    static let mostOfAnAccount = 64

    /// Enters a session; it stays as long as the descriptor is open.
    static func enter(_ entry: SessionEntry) throws(GateFailure) -> Int32 {
        let name = Array(entry.name.utf8)
        let descriptor = name.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { portgate_bind_abstract($0.baseAddress, $0.count) }
        }
        guard descriptor >= 0 else { throw .kernelUnreadable(SystemError("register the session").description) }
        return descriptor
    }

    /// Returns the sessions of this network namespace.
    static func entries() throws(GateFailure) -> [SessionEntry] {
        do throws(NetlinkSocket.Failure) {
            var socket = try NetlinkSocket(family: 4)
            // SOCK_DIAG_BY_FAMILY with struct unix_diag_req: all states, name and user.
            var request = NetlinkRequest(type: 20, flags: NetlinkRequest.request | NetlinkRequest.dump)
            request.append([1, 0, 0, 0])
            request.append(NetlinkRequest.native(UInt32.max))
            request.append(NetlinkRequest.native(UInt32(0)))
            request.append(NetlinkRequest.native(UInt32(0x41)))
            request.append([UInt8](repeating: 0xff, count: 8))
            return try socket.ask(request).filter { $0.type == 20 }.compactMap { entry(in: $0.payload) }
                .sorted { ($0.since, $0.process) < ($1.since, $1.process) }
        } catch { throw .kernelUnreadable("the sessions: \(error.words)") }
    }

    /// Reads one struct unix_diag_msg with its name (0) and user (7).
    static func entry(in payload: ArraySlice<UInt8>) -> SessionEntry? {
        guard payload.count > 16,
            let attributes = try? NetlinkReply.attributes(in: payload.dropFirst(16)), let name = attributes[0],
            name.first == 0, let owner = NetlinkReply.number(UInt32.self, in: attributes[7] ?? [], at: 0),
            let text = String(validating: name.dropFirst(), as: UTF8.self)
        else { return nil }
        return SessionEntry(name: text, owner: owner)
    }
}
