import Foundation
import Glibc
import Host
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

    @Test("100,000 events are recorded without one allocation")
    func none() throws {
        typealias Count = @convention(c) () -> UInt
        if let symbol = dlsym(nil, "portgate_allocations") {
            return Self.measure(unsafeBitCast(symbol, to: Count.self))
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

    /// Feeds recorded datagrams through everything there is, and asks how often memory was taken.
    private static func measure(_ count: () -> UInt) {
        var limits = RecorderLimits.small
        limits.lineBytes = 64 << 10
        var recorder = Recorder.sample(limits: limits)
        var sink = CountingSink()
        var now = RecorderClock.sample
        let (nflog, conntrack) = (copies(RecordedDatagrams.nflog), copies(RecordedDatagrams.conntrack))
        let denied = copies((0..<64).map { LineTests.packet(prefix: "pg1 deny db ", source: UInt32($0), user: 5) })
        defer { for bytes in nflog + conntrack + denied { bytes.deallocate() } }
        func feed(_ recorder: inout Recorder, rounds: Int) {
            for _ in 0..<rounds {
                now.realtime += 10_000_000
                now.boottime += 10_000_000
                for place in conntrack.indices {
                    recorder.take(conntrack: RawSpan(_unsafeBytes: conntrack[place]), at: now)
                }
                for place in nflog.indices { recorder.take(nflog: RawSpan(_unsafeBytes: nflog[place]), at: now) }
                for place in denied.indices { recorder.take(nflog: RawSpan(_unsafeBytes: denied[place]), at: now) }
                recorder.tick(now)
                recorder.drain { lines, lineCount in sink.write(lines, count: lineCount) }
            }
        }
        feed(&recorder, rounds: 50)
        let (before, events) = (count(), recorder.totals.packets + recorder.totals.events)
        feed(&recorder, rounds: 1_100)
        let taken = count() - before
        let seen = recorder.totals.packets + recorder.totals.events - events
        #expect(seen >= 100_000)
        #expect(taken == 0)
        #expect(sink.bytes > 1_000_000)
        print("counted \(taken) allocations in \(seen) events")
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
