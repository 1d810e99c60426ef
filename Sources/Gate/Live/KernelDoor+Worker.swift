import CLinux
import Glibc
import Nftables

extension KernelDoor {
    /// The real door: netlink for questions, a worker process for loading and listing.
    public static func live(worker: NftWorker = NftWorker()) -> KernelDoor {
        KernelDoor(
            generation: { () throws(GateFailure) in
                do throws(NetlinkSocket.Failure) {
                    var query = try NetfilterQuery()
                    return try query.generation()
                } catch { throw .kernelUnreadable(error.words) }
            },
            list: { () throws(GateFailure) in
                do throws(NftWorkerError) {
                    if let table = try worker.list() { return table }
                } catch { throw .kernelUnreadable(error.words) }
                // That nothing is gated is not taken on the word of a worker: it may have been cut short, or be another one.
                let isThere: Bool
                do throws(NetlinkSocket.Failure) {
                    var query = try NetfilterQuery()
                    isThere = try query.hasTable("portgate")
                } catch { throw .kernelUnreadable(error.words) }
                guard isThere else { return nil }
                throw .kernelUnreadable("table inet portgate is there, and portgate-nft lists nothing")
            },
            rules: { () throws(GateFailure) in
                do throws(NftWorkerError) { return try worker.rules() } catch { throw .kernelUnreadable(error.words) }
            },
            load: { text throws(GateFailure) in
                let answer = worker.load(text)
                if answer != .ok { throw .kernelUnreadable(answer.words) }
            },
            counters: { () throws(GateFailure) in
                do throws(NetlinkSocket.Failure) {
                    var query = try NetfilterQuery()
                    return try query.counters(table: "portgate")
                } catch { throw .kernelUnreadable(error.words) }
            },
            armed: { () throws(GateFailure) in
                do throws(NetlinkSocket.Failure) {
                    var query = try NetfilterQuery()
                    return try query.timer(table: "portgate", set: Table.armedSet)
                } catch { throw .kernelUnreadable(error.words) }
            },
            baseChains: { () throws(GateFailure) in
                do throws(NetlinkSocket.Failure) {
                    var query = try NetfilterQuery()
                    return try query.baseChains()
                } catch { throw .kernelUnreadable(error.words) }
            },
            host: { () throws(GateFailure) in try HostIdentity.current() },
            elements: { set throws(GateFailure) in try Self.elements(of: set) },
            held: { set, elements throws(GateFailure) in try Self.held(elements, in: set) },
            holdsOnly: { set, elements throws(GateFailure) in try Self.holdsOnly(elements, in: set) },
            cookie: {
                let cookie = portgate_network_cookie()
                return cookie == 0 ? nil : cookie
            },
            change: { changes, generation throws(GateFailure) in try Self.change(changes, expecting: generation) },
            changeMarks: { value, other, mask throws(GateFailure) in
                do throws(NetlinkSocket.Failure) {
                    var marks = try ConnectionMarks()
                    return try marks.change(from: value, to: other, mask: mask)
                } catch { throw .kernelUnreadable("the marks of connections: \(error.words)") }
            },
            takeOver: { ports, mark, mask throws(GateFailure) in
                do throws(NetlinkSocket.Failure) {
                    var diagnosis = try SocketDiagnosis()
                    let open = try diagnosis.established().filter { one in ports.contains { $0 ~= one.serverPort } }
                    guard !open.isEmpty else { return 0 }
                    var marks = try ConnectionMarks()
                    return try marks.takeOver(open, mark: mark, mask: mask)
                } catch { throw .kernelUnreadable("the connections open by now: \(error.words)") }
            })
    }
}

extension NetlinkSocket.Failure {
    /// The failure in words.
    var words: String {
        switch self {
        case .system(let call, let code) where code == EPERM:
            "\(call): \(SystemError.words(code)) (run it as root, or with CAP_NET_ADMIN)"
        case .system(let call, let code): "\(call): \(SystemError.words(code))"
        case .timedOut: "the kernel did not answer in time"
        case .tooMuch: "the kernel's answer is larger than any host has use for"
        case .malformed: "the kernel's answer cannot be understood"
        case .interrupted: "the rules changed while they were read"
        }
    }
}

extension NftWorkerError {
    /// The failure in words.
    var words: String {
        switch self {
        case .notListed(let answer): answer.words
        case .unreadable(let error): "the listing cannot be read: \(error)"
        }
    }
}

extension NftWorker.Answer {
    /// The answer in words.
    var words: String {
        switch self {
        case .ok: "portgate-nft says that all went well"
        case .refused(let message): "nft refused it: \(message)"
        case .crashed(let signal): "portgate-nft was ended by signal \(signal)"
        case .timedOut: "portgate-nft took too long and was ended"
        case .missing(let path): "\(path) is not there; it belongs beside portgate"
        case .failed(let message): message
        }
    }
}
