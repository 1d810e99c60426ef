import Foundation
import Glibc
import Host
import Policy
import Recorder
import Synchronization
import TestSupport

/// A server with rules of its own that log like a gate's, a client on a cable, and a recorder in the server's namespace.
final class RecorderLab {
    let lab: NetworkLab
    let server: LabNamespace
    let client: LabNamespace

    init(rules: String = RecorderLab.rules) throws {
        lab = try NetworkLab()
        server = try lab.namespace("server")
        client = try lab.namespace("client")
        try lab.cable(
            server, ["10.97.1.1/24", "fd97:1::1/64"], client, ["10.97.1.2/24", "10.97.1.3/24", "fd97:1::2/64"])
        for name in ["acct", "timestamp"] { try server.sysctl("net.netfilter.nf_conntrack_\(name)", "1") }
        for name in ["tcp_timeout_time_wait", "tcp_timeout_close", "udp_timeout", "udp_timeout_stream"] {
            try server.sysctl("net.netfilter.nf_conntrack_\(name)", "1")
        }
        try server.loadForeign(rules)
    }

    deinit { lab.close() }

    /// The client's first address and IPv6 are let in to 8443, and everybody else is refused.
    static let rules = """
        table inet recorded {
            chain allowed {
                ct mark set 0xa3000000
                log prefix "pg1 allow db/app " group 77 queue-threshold 32
                accept
            }
            chain arriving {
                type filter hook prerouting priority -150; policy accept;
                ct mark and 0xff000000 == 0xa3000000 accept
                meta l4proto { tcp, udp } th dport 8443 ip saddr 10.97.1.2 ct state new goto allowed
                meta l4proto { tcp, udp } th dport 8443 ip6 saddr fd97:1::2 ct state new goto allowed
                meta l4proto { tcp, udp } th dport 8443 counter log prefix "pg1 deny db " group 77 queue-threshold 32
                meta l4proto { tcp, udp } th dport 8443 reject with icmpx admin-prohibited
            }
        }
        """

    /// Starts a recorder; it listens when this returns.
    func record(_ settings: RecorderLoopSettings? = nil, context: RecordContext = RecordContext()) throws -> RecorderRun
    {
        try RecorderRun(namespace: server.name, settings ?? RecorderLoopSettings(groups: [77]), context: context)
    }

    /// Runs work on a thread of its own in the server's network namespace.
    func inServer<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        let outcome = Box<Result<Value, any Error>>()
        let name = server.name
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            outcome.value = Result {
                try enter(name)
                return try body()
            }
            done.signal()
        }
        done.wait()
        guard let value = outcome.value else { throw NetworkLab.Failure(description: "no outcome") }
        return try value.get()
    }

    /// Whether the end of a connection is among the lines. Lets the kernel forget what has expired, which it else does within a
    /// minute.
    func isEnded(_ lines: [Line]) throws -> Bool {
        try server.check("/usr/sbin/conntrack", "-L")
        return lines.contains { $0["action"] == "end" }
    }

    /// Opens a connection from the client, sends bytes, closes, and waits for what comes back; returns how many bytes did.
    func exchange(_ address: String, _ port: UInt16, from source: String, _ sourcePort: UInt16, bytes: Int) throws
        -> Int
    {
        let script = """
            import socket, sys
            s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 5, (sys.argv[3], int(sys.argv[4])))
            s.sendall(b"x" * int(sys.argv[5]))
            s.shutdown(socket.SHUT_WR)
            n = 0
            while True:
                part = s.recv(65536)
                if not part: break
                n += len(part)
            print(n)
            """
        let text = try client.check(
            "/usr/bin/python3", "-I", "-c", script, address, "\(port)", source, "\(sourcePort)", "\(bytes)")
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    }

    /// Starts a TCP server on the port of both families that sends back twice what it gets, closes, and begins anew.
    func serveTwice(_ port: UInt16) throws {
        let script = """
            import socket, sys
            s = socket.create_server(("::", int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True)
            print("ready", flush=True)
            while True:
                c, _ = s.accept()
                while True:
                    part = c.recv(65536)
                    if not part: break
                    c.sendall(part * 2)
                c.close()
            """
        let process = try server.start(["/usr/bin/python3", "-I", "-c", script, "\(port)"])
        guard try process.line() == "ready" else { throw NetworkLab.Failure(description: "no server") }
    }
}

/// A value that one thread writes before another reads it.
final class Box<Value>: @unchecked Sendable {
    // A semaphore stands between writing and reading.
    var value: Value?
}

/// Takes the calling thread into a network namespace (setns(2)).
func enter(_ namespace: String) throws {
    typealias SetNamespace = @convention(c) (Int32, Int32) -> Int32
    let descriptor = open("/run/netns/\(namespace)", O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    guard descriptor >= 0, let symbol = dlsym(nil, "setns"),
        unsafeBitCast(symbol, to: SetNamespace.self)(descriptor, 0x4000_0000) == 0
    else { throw NetworkLab.Failure(description: "setns: errno \(errno)") }
}

/// What a recorder wrote, for its own thread and for the test's.
final class KeptLines: Sendable {
    struct Kept {
        var bytes: [UInt8] = []
        var lines = 0
        var commits = 0
    }

    let kept = Mutex(Kept())

    func read() throws -> [Line] { try Line.read(kept.withLock { $0.bytes }) }
}

/// A sink that keeps everything.
struct KeepingSink: RecordSink {
    let lines = KeptLines()

    mutating func write(_ lines: Span<UInt8>, count: Int) throws(Errno) {
        self.lines.kept.withLock { kept in
            for place in lines.indices { kept.bytes.append(lines[place]) }
            kept.lines += count
        }
    }

    mutating func commit() throws(Errno) { lines.kept.withLock { $0.commits += 1 } }
}

/// A recorder that runs on a thread of its own in a namespace.
final class RecorderRun: @unchecked Sendable {
    // The thread writes before it signals, and nobody reads before.
    private var sink = KeepingSink()
    private let kept: KeptLines
    private var failure: (any Error)?
    private let stopper: WakeUp
    private let finished = DispatchSemaphore(value: 0)

    init(namespace: String, _ settings: RecorderLoopSettings, context: RecordContext) throws {
        stopper = try WakeUp()
        kept = sink.lines
        let ready = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [self] in
            do {
                try enter(namespace)
                let recorder = Recorder(
                    context: context, seed: HashSeed(1, 2), clock: .now, interfaceName: InterfaceName.packed)
                var loop = try RecorderLoop(recorder: recorder, settings: settings)
                ready.signal()
                try loop.run(into: &sink, stop: stopper.descriptor)
            } catch {
                failure = error
                ready.signal()
            }
            finished.signal()
        }
        ready.wait()
        if let failure { throw failure }
    }

    /// Ends the recorder, which reads what is on its way first, and returns its lines.
    ///
    /// - Parameter wanted: what to wait for before; the lines of a test that fails come without it.
    func lines(until wanted: ([Line]) throws -> Bool = { _ in true }) throws -> [Line] {
        _ = try eventually(within: 15) { try wanted(kept.read()) }
        stopper.raise()
        finished.wait()
        if let failure { throw failure }
        return try kept.read()
    }
}

/// One record, as a test reads it.
struct Line {
    let members: [String: Any]
    let text: String

    static func read(_ bytes: [UInt8]) throws -> [Line] {
        try bytes.split(separator: 10).map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line))
            guard let members = object as? [String: Any] else { throw NetworkLab.Failure(description: "no object") }
            return Line(members: members, text: String(decoding: line, as: UTF8.self))
        }
    }

    subscript(name: String) -> String? {
        switch members[name] {
        case let text as String: text
        case let number as NSNumber: "\(number)"
        default: nil
        }
    }

    func number(_ name: String) -> Int? { (members[name] as? NSNumber)?.intValue }
}
