import Foundation
import Glibc
import Policy
import Testing

@testable import Gate

@Suite("KernelTrial")
struct KernelTrialTests {
    private static func load(_ text: [UInt8]) throws(KernelTrialError) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/nft")
        process.arguments = ["-f", "-"]
        let input = Pipe()
        process.standardInput = input
        do {
            try process.run()
        } catch {
            throw .notLoaded("\(error)")
        }
        input.fileHandleForWriting.write(Data(text))
        input.fileHandleForWriting.closeFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw .notLoaded("status \(process.terminationStatus)") }
    }

    private static let text = """
        table inet portgate
        delete table inet portgate
        table inet portgate {
          chain pg_gate { type filter hook prerouting priority -150; policy accept;
            iifname "lo" accept
            fib daddr type local meta l4proto {6, 17, 33, 132, 136} th dport 5432 goto judge
          }
          chain judge {
            ip saddr 10.1.0.0/16 accept
            ip6 saddr fd00::/8 accept
            drop
          }
          chain pg_local { type filter hook output priority -150; policy accept;
            oifname "lo" th dport 5432 goto judge_local
          }
          chain judge_local { meta skuid 1234 accept; drop; }
        }
        """

    @Test("remote packets of every protocol and family are judged by what arrives")
    func remote() throws {
        let policy = Policy(
            version: 1, name: "trial", owner: nil, networks: [], identities: [], windows: [], ports: [], signatures: [],
            defaults: Defaults(), tests: [], sources: SourceMap(), digest: "")
        let trial = KernelTrial(
            render: { _, _, _ in Array(Self.text.utf8) }, load: { (t) throws(KernelTrialError) in try Self.load(t) },
            user: { _ in nil }, group: { _ in nil })
        var attempts: [AccessAttempt] = []
        var wanted: [TrialOutcome] = []
        for transport in TransportProtocol.allCases {
            for (bits, outcome) in [
                (UInt32(0x0a01_0203), TrialOutcome.arrived), (0x0a02_0203, .refused),
                (0xe000_0001, .cannotBeSent(.martianSource)),
                (0, .cannotBeSent(.martianSource)), (0xf000_0001, .refused),
            ] {
                attempts.append(
                    AccessAttempt(
                        source: .v4(IPv4Address(bits: bits)), port: 5432, transport: transport,
                        time: Instant(seconds: 1_000_000_000)))
                wanted.append(outcome)
            }
            for (bits, outcome) in [
                (UInt128(0xfd00) << 112 | 7, TrialOutcome.arrived), (UInt128(0x2001) << 112 | 7, .refused),
                (UInt128(0xff02) << 112 | 7, .cannotBeSent(.martianSource)),
            ] {
                attempts.append(
                    AccessAttempt(
                        source: .v6(IPv6Address(bits: bits)), port: 5432, transport: transport,
                        time: Instant(seconds: 1_000_000_001)))
                wanted.append(outcome)
            }
            attempts.append(
                AccessAttempt(
                    source: .v4(IPv4Address(bits: 0x7f00_0001)), port: 5432, transport: transport,
                    time: Instant(seconds: 5)))
            wanted.append(.refused)
            attempts.append(
                AccessAttempt(
                    source: .v6(IPv6Address(bits: 1)), port: 5432, transport: transport, time: Instant(seconds: 5)))
            wanted.append(.refused)
            attempts.append(
                AccessAttempt(
                    source: .v6(IPv6Address(bits: 1)), port: 5433, transport: transport, time: Instant(seconds: 5)))
            wanted.append(.arrived)
            attempts.append(
                AccessAttempt(
                    source: .v4(IPv4Address(bits: 0x0a01_0203)), isOwn: true, port: 5433, transport: transport,
                    time: Instant(seconds: 5)))
            wanted.append(.arrived)
            attempts.append(
                AccessAttempt(
                    source: .v4(IPv4Address(bits: 0x0a01_0203)), isOwn: true, port: 5432, transport: transport,
                    time: Instant(seconds: 5)))
            wanted.append(.refused)
        }
        let start = Date()
        let outcomes = try trial.decide(attempts, by: policy)
        print("took", Date().timeIntervalSince(start))
        for (attempt, (outcome, wanted)) in zip(attempts, zip(outcomes, wanted)) {
            #expect(outcome == wanted, "\(attempt)")
        }
    }
}
