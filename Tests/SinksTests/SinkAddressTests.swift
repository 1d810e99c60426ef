import Glibc
import Host
import TestSupport
import Testing

@testable import Sinks

@Suite("sinks of the command line") struct SinkAddressTests {
    @Test(
        "a sink is what it says",
        arguments: [
            ("tls://collector,ca=/a", "tls-collector-6514", "collector:6514"),
            ("tls://10.0.0.9:7000,ca=/a,cert=/c,key=/k", "tls-10.0.0.9-7000", "10.0.0.9:7000"),
            ("tls://[fd00::9],ca=/a", "tls-fd00--9-6514", "[fd00::9]:6514"),
            ("tls://[fd00::9]:7000,ca=/a,name=far", "far", "[fd00::9]:7000"),
        ])
    func tls(text: String, name: String, subject: String) throws {
        let sink = try SinkAddress(parsing: text)
        #expect(sink.name == name)
        guard case .tls(let address) = sink.kind else {
            Issue.record("no TLS sink")
            return
        }
        #expect(address.subject == subject)
    }

    @Test(
        "what is no sink is told with what would be right",
        arguments: [
            ("", "is no sink"), ("udp://host", "is no sink"), ("tls://host", "needs ca=FILE"),
            ("tls://,ca=/a", "names no host"), ("tls://host:0,ca=/a", "is no port"),
            ("tls://host:65536,ca=/a", "is no port"), ("tls://host:x,ca=/a", "is no port"),
            ("tls://fd00::9,ca=/a", "in brackets"), ("tls://[fd00::9]x,ca=/a", "more behind the address"),
            ("tls://host,ca=/a,cert=/c", "both cert= and key="), ("tls://host,ca=/a,ca=/b", "twice"),
            ("tls://host,ca=/a,colour=red", "has no option colour="), ("tls://host,ca=", "is no option"),
            ("tls://host,ca=/a,confirm=0", "seconds from 1 to 3600"), ("tls://host/path,ca=/a", "names no host"),
            ("file:relative", "begins with /"), ("file:/folder/", "begins with /"), ("file:/a,ca=/b", "has no option"),
            ("journald,name=../../etc/passwd", "needs another name="), ("journald,name=a.lock", "needs another name="),
        ])
    func malformed(text: String, words: String) {
        let error = #expect(throws: SinkAddress.Malformed.self) { try SinkAddress(parsing: text) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test(
        "a command line that is none ends with 2",
        arguments: [
            [], ["--sink"], ["--sink", "udp://x"], ["--no-such"], ["--timeout", "0", "--sink", "journald"],
            ["--sink", "journald", "--sink", "journald"], ["stray", "--sink", "journald"],
        ])
    func usage(arguments: [String]) throws {
        let sample = try SinkSample()
        let result = try sample.ship(arguments)
        #expect(result.status == 2)
        #expect(result.errors.hasPrefix("portgate-ship: "))
    }

    @Test("--help says what there is")
    func help() throws {
        let result = try SinkSample().ship(["--help"])
        #expect(result.status == 0 && result.output.contains("Exit codes:") && result.errors.isEmpty)
    }

    @Test("waits grow to a minute and are never the same for all")
    func backoff() {
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        let waits = (0..<10).map { _ in backoff.next(&random) }
        for (wait, ceiling) in zip(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60] as [Int64]) {
            #expect((ceiling * 500...ceiling * 1_000).contains(wait))
        }
    }
}
