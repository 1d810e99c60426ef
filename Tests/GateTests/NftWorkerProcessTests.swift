import Foundation
import Glibc
import Host
import TestSupport
import Testing

/// ``Subprocess`` as the worker's client relies on it.
@Suite("Subprocess")
struct NftWorkerProcessTests {
    private func shell(
        _ script: String, input: [UInt8] = [], timeout: Duration = .seconds(30), maxOutputBytes: Int = 64 << 20
    ) throws -> Subprocess.Outcome {
        try Subprocess(
            path: "/bin/sh", arguments: ["-c", script], environment: ["PATH=/usr/bin:/bin", "ONLY=this"], input: input,
            timeout: timeout, maxOutputBytes: maxOutputBytes
        ).run()
    }

    @Test("input, both outputs, the environment and the exit code go through")
    func everything() throws {
        let outcome = try shell("cat; echo $ONLY >&2; exit 7", input: Array("in".utf8))
        #expect(outcome.ending == .exited(7))
        #expect(outcome.output == Array("in".utf8))
        #expect(outcome.error == Array("this\n".utf8))
    }

    @Test("large input and large outputs on both descriptors do not block each other")
    func noDeadlock() throws {
        let input = [UInt8](repeating: UInt8(ascii: "x"), count: 8 << 20)
        let outcome = try shell("head -c 4000000 /dev/zero >&2; cat; head -c 4000000 /dev/zero >&2", input: input)
        #expect(outcome.ending == .exited(0))
        #expect(outcome.output == input)
        #expect(outcome.error.count == 64 << 10)
    }

    @Test("a process that does not read its input holds nobody up")
    func unreadInput() throws {
        let outcome = try shell("exit 0", input: [UInt8](repeating: 0, count: 1 << 20))
        #expect(outcome.ending == .exited(0))
    }

    @Test("a signal is told from an exit code")
    func signal() throws {
        #expect(try shell("kill -SEGV $$").ending == .signalled(11))
    }

    @Test("a process that takes too long is killed, even with its pipes closed")
    func timeout() throws {
        #expect(try shell("exec >&- 2>&-; exec sleep 600", timeout: .milliseconds(50)).ending == .timedOut)
        #expect(try shell("sleep 600", timeout: .milliseconds(50)).ending == .timedOut)
    }

    @Test("an heir that keeps the pipes open is not waited for")
    func heir() throws {
        let outcome = try shell("sleep 5 & echo done")
        #expect(outcome.ending == .exited(0))
        #expect(outcome.output == Array("done\n".utf8))
    }

    @Test("a process that writes too much is killed")
    func tooMuch() throws {
        let outcome = try shell("cat /dev/zero", maxOutputBytes: 1 << 20)
        #expect(outcome.ending == .wroteTooMuch)
        #expect(outcome.output.count <= 1 << 20)
    }

    @Test("a process gets descriptors 0, 1 and 2 and no other")
    func descriptors() throws {
        let outcome = try shell("ls /proc/self/fd")
        // 3 is the directory that ls reads.
        #expect(String(decoding: outcome.output, as: UTF8.self) == "0\n1\n2\n3\n")
    }

    @Test("a worker whose parent is killed loads nothing any more")
    func orphan() throws {
        let worker = BuiltProduct.path("portgate-nft")
        // The input never ends: the worker waits for it.
        let parent = try LabProcess(["/bin/bash", "-c", "\(worker) load <&0 & echo $!; wait"])
        defer { parent.kill() }
        let pid = try #require(pid_t(try parent.line()))
        defer { _ = kill(pid, SIGKILL) }
        func status() -> String? { try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) }
        let deadline = ContinuousClock.now + .seconds(20)
        func wait(until isTrue: () -> Bool) {
            while !isTrue(), ContinuousClock.now < deadline { sched_yield() }
        }
        wait { status()?.contains("NoNewPrivs:\t1") == true }
        #expect(status()?.contains("NoNewPrivs:\t1") == true)
        parent.kill()
        // Gone, or dead and not yet waited for.
        wait { status()?.contains("State:\tZ") ?? true }
        #expect(status()?.contains("State:\tZ") ?? true)
    }

    @Test("a program that is not there is an error")
    func missing() {
        #expect(throws: SubprocessError.missing(path: "/nonexistent")) { try Subprocess(path: "/nonexistent").run() }
    }
}
