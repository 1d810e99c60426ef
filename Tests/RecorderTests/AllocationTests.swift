import Foundation
import Glibc
import Host
import Policy
import TestSupport
import Testing

@testable import Recorder

/// Counts every call of malloc and its kin on the thread that records: a library that stands before the C library's does it,
/// in a process of its own.
@Suite("allocations")
struct AllocationTests {
    private static let counter = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stddef.h>
        extern void *__libc_malloc(size_t); extern void *__libc_calloc(size_t, size_t);
        extern void *__libc_realloc(void *, size_t); extern void *__libc_memalign(size_t, size_t);
        static __thread unsigned long count __attribute__((tls_model("initial-exec")));
        unsigned long portgate_allocations(void) { return count; }
        void *malloc(size_t n) { count++; return __libc_malloc(n); }
        void *calloc(size_t n, size_t m) { count++; return __libc_calloc(n, m); }
        void *realloc(void *p, size_t n) { count++; return __libc_realloc(p, n); }
        void *memalign(size_t a, size_t n) { count++; return __libc_memalign(a, n); }
        void *aligned_alloc(size_t a, size_t n) { count++; return __libc_memalign(a, n); }
        int posix_memalign(void **p, size_t a, size_t n) { count++; *p = __libc_memalign(a, n); return *p ? 0 : 12; }
        """

    /// Reading a handshake takes memory, all else takes none (docs/architecture.md). What comes of a connection whose
    /// handshake was read is all else.
    @Test("100,000 events are recorded without one allocation, by a policy with identities, sessions and grants")
    func none() throws {
        typealias Count = @convention(c) () -> UInt
        if let symbol = dlsym(nil, "portgate_allocations") {
            return try Self.measure(unsafeBitCast(symbol, to: Count.self))
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = folder.appendingPathComponent("count.c")
        try Data(Self.counter.utf8).write(to: source)
        let library = folder.appendingPathComponent("count.so").path
        let built = try runCommand(["/usr/bin/env", "clang", "-shared", "-fPIC", "-O2", "-o", library, source.path])
        #expect(built.status == 0, "\(built.errors)")
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let result = try runCommand([
            "/usr/bin/env", "LD_PRELOAD=\(library)", program, "--testing-library", "swift-testing", "--filter",
            "RecorderTests.AllocationTests",
        ])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect((result.output + result.errors).contains("counted 0 allocations"))
    }

    /// Feeds recorded datagrams, and those of a day at a gate, through everything there is, and asks how often memory was taken.
    private static func measure(_ count: () -> UInt) throws {
        let traffic = try SteadyTraffic()
        var limits = RecorderLimits.small
        (limits.connections, limits.lineBytes) = (512, 64 << 10)
        let pool = HandshakePool()
        pool.replace(traffic.policy.ports)
        var recorder = Recorder.sample(limits: limits, context: traffic.context, handshakes: pool)
        // What was recorded has first payloads: it goes to one that reads none.
        var other = Recorder.sample(limits: limits, context: traffic.context)
        var sink = CountingSink()
        var now = RecorderClock.sample
        let recorded = (nflog: copies(RecordedDatagrams.nflog), conntrack: copies(RecordedDatagrams.conntrack))
        let beginnings = copies(traffic.beginnings)
        let (logged, chatter) = (copies(traffic.logged), copies(traffic.chatter))
        let (changes, dump, ends) = (copies(traffic.changes), copies(traffic.dump), copies(traffic.ends))
        defer {
            for bytes in recorded.nflog + recorded.conntrack + beginnings + logged + chatter { bytes.deallocate() }
            for bytes in changes + dump + ends { bytes.deallocate() }
        }
        func feed(_ recorder: inout Recorder, rounds: Int) {
            func hear(_ datagrams: [UnsafeRawBufferPointer]) {
                for place in datagrams.indices {
                    recorder.take(nflog: RawSpan(_unsafeBytes: datagrams[place]), at: now)
                }
            }
            func hear(conntrack datagrams: [UnsafeRawBufferPointer]) {
                for place in datagrams.indices {
                    recorder.take(conntrack: RawSpan(_unsafeBytes: datagrams[place]), at: now)
                }
            }
            for round in 0..<rounds {
                now.realtime += 10_000_000
                now.boottime += 10_000_000
                for place in recorded.conntrack.indices {
                    other.take(conntrack: RawSpan(_unsafeBytes: recorded.conntrack[place]), at: now)
                }
                for place in recorded.nflog.indices {
                    other.take(nflog: RawSpan(_unsafeBytes: recorded.nflog[place]), at: now)
                }
                other.tick(now)
                other.drain { lines, lineCount in sink.write(lines, count: lineCount) }
                // Every other time the ends come before the packets that were let in, which wait for them.
                if round % 2 == 0 { hear(conntrack: beginnings) } else { hear(conntrack: ends) }
                hear(logged)
                hear(chatter)
                if round % 2 == 0 { hear(conntrack: changes) }
                if round % 10 == 0 {
                    recorder.beginSweep(at: now)
                    for place in dump.indices { _ = recorder.take(dump: RawSpan(_unsafeBytes: dump[place]), at: now) }
                }
                hear(conntrack: ends)
                recorder.tick(now)
                recorder.drain { lines, lineCount in sink.write(lines, count: lineCount) }
            }
        }
        recorder.take(conntrack: SteadyTraffic.beginning.span.bytes, at: now)
        for segment in traffic.handshake { recorder.take(nflog: segment.span.bytes, at: now) }
        let opened = try recorder.takeLines()
        #expect(opened.map { $0["action"] } == ["allow", "handshake"] && opened[1].text.contains("\"status\":204"))
        feed(&recorder, rounds: 50)
        let (before, events) = (count(), recorder.totals.packets + recorder.totals.events)
        feed(&recorder, rounds: 1_100)
        let taken = count() - before
        let seen = recorder.totals.packets + recorder.totals.events - events
        #expect(seen >= 100_000)
        #expect(taken == 0)
        #expect(sink.bytes > 1_000_000)
        print("counted \(taken) allocations in \(seen) events")
        // It was followed all the time, so that what it said was looked at.
        recorder.take(conntrack: SteadyTraffic.end.span.bytes, at: now)
        let last = try recorder.takeLines().last
        #expect(last?["action"] == "end" && last?["src_ip"] == "10.9.9.9" && last?["rule"] == "app")
    }

    /// Bytes outside of arrays: to borrow an array's may allocate where nothing is optimised.
    private static func copies(_ all: [[UInt8]]) -> [UnsafeRawBufferPointer] {
        all.map { bytes in
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
            copy.copyBytes(from: bytes)
            return UnsafeRawBufferPointer(copy)
        }
    }

    private struct CountingSink {
        var bytes = 0

        mutating func write(_ lines: Span<UInt8>, count: Int) { bytes += lines.count }
    }
}
