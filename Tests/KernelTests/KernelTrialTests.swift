import Compiler
import Gate
import Policy
import Testing

@Suite("KernelTrial", .serialized)
struct KernelTrialTests {
    private static let noon = Instant(seconds: 1_795_262_400)

    // One port, tcp and udp and the others: a network, an expiry, this host's own user 1234 and anybody from 127.0.0.8/29.
    private static func policy() throws -> Policy {
        let span = SourceSpan(file: 0, line: 1, column: 1)
        let range = try #require(PortRange(5432, 5432))
        var port = Port(name: try #require(Name("db")), span: span, ports: [range], portsSpan: span)
        var remote = AccessRule(name: try #require(Name("remote")), span: span)
        remote.networks = .only(
            AddressSet(
                v4: IntervalSet([Interval(0x0a01_0000, 0x0a01_ffff)]),
                v6: IntervalSet([Interval(UInt128(0xfd00) << 112, UInt128(0xfdff) << 112)])))
        remote.expires = noon
        var process = AccessRule(name: try #require(Name("process")), span: span)
        process.identities = .only([try #require(Name("migrator"))])
        var literal = AccessRule(name: try #require(Name("literal")), span: span)
        literal.networks = .only(AddressSet(cidrs: [.v4(IPv4Address(bits: 0x7f00_0008), prefix: 29)]))
        port.rules = [remote, process, literal]
        let proof = ProcessProof(user: .number(1234), group: nil, cgroup: nil, span: span)
        let migrator = Identity(name: try #require(Name("migrator")), span: span, proof: .process(proof))
        return Policy(
            version: 1, name: "trial", owner: nil, networks: [], identities: [migrator], windows: [], ports: [port],
            signatures: [], defaults: Defaults(), tests: [], sources: SourceMap(), digest: "0")
    }

    private static func v4(_ bits: UInt32) -> IPAddress { .v4(IPv4Address(bits: bits)) }
    private static func v6(_ top: UInt16, _ low: UInt128) -> IPAddress {
        .v6(IPv6Address(bits: UInt128(top) << 112 | low))
    }

    @Test(
        "remote packets of every protocol and family are judged by what arrives", arguments: TransportProtocol.allCases)
    func remote(transport: TransportProtocol) throws {
        let rows: [(IPAddress, UInt16, Int64, TrialOutcome)] = [
            (Self.v4(0x0a01_0203), 5432, -1, .arrived), (Self.v4(0x0a01_0203), 5432, 0, .refused),
            (Self.v4(0x0a02_0203), 5432, -1, .refused), (Self.v4(0x0a02_0203), 5433, -1, .arrived),
            (Self.v4(0xf000_0001), 5432, -1, .refused), (Self.v4(0), 5432, -1, .cannotBeSent(.martianSource)),
            (Self.v4(0xe000_0001), 5432, -1, .cannotBeSent(.martianSource)),
            (Self.v4(0xffff_ffff), 5432, -1, .cannotBeSent(.martianSource)),
            (Self.v6(0xfd00, 7), 5432, -1, .arrived), (Self.v6(0xfd00, 7), 5432, 0, .refused),
            (Self.v6(0x2001, 7), 5432, -1, .refused), (Self.v6(0x2001, 7), 5431, -1, .arrived),
            (Self.v6(0xff02, 7), 5432, -1, .cannotBeSent(.martianSource)),
            (Self.v6(0, 0xffff_0a01_0203), 5432, -1, .refused),
        ]
        let attempts = rows.map { source, port, seconds, _ in
            AccessAttempt(
                source: source, port: port, transport: transport,
                time: Instant(seconds: Self.noon.seconds + seconds))
        }
        let outcomes = try KernelTrial().decide(attempts, by: try Self.policy())
        for (row, outcome) in zip(rows, outcomes) { #expect(outcome == row.3, "\(row)") }
    }

    @Test("a host's own packets carry the user that makes them", arguments: TransportProtocol.allCases)
    func own(transport: TransportProtocol) throws {
        let migrator: Set<Name> = [try #require(Name("migrator"))]
        let rows: [(IPAddress, Set<Name>, TrialOutcome)] = [
            (Self.v4(0x7f00_0001), [], .refused), (Self.v4(0x7f00_0001), migrator, .arrived),
            (Self.v4(0x7f00_0009), [], .arrived), (Self.v4(0x7f00_0010), [], .refused),
            (Self.v6(0, 1), [], .refused), (Self.v6(0, 1), migrator, .arrived),
            // An own address inside a remote network is no remote source.
            (Self.v4(0x0a01_0203), [], .refused), (Self.v4(0x0a01_0203), migrator, .arrived),
            (Self.v6(0xfd00, 7), [], .refused), (Self.v6(0xfd00, 7), migrator, .arrived),
            (Self.v4(0xe000_0001), [], .cannotBeSent(.martianSource)),
        ]
        let attempts = rows.map { source, identities, _ in
            AccessAttempt(
                source: source, isOwn: true, port: 5432, transport: transport,
                time: Instant(seconds: Self.noon.seconds - 1), identities: identities)
        }
        let outcomes = try KernelTrial().decide(attempts, by: try Self.policy())
        for (row, outcome) in zip(rows, outcomes) { #expect(outcome == row.2, "\(row)") }
    }

    @Test("the same source is remote to one attempt and the host's own to another")
    func bothWays() throws {
        let attempts = [false, true].map { isOwn in
            AccessAttempt(
                source: Self.v4(0x0a01_0203), isOwn: isOwn, port: 5432, transport: .tcp,
                time: Instant(seconds: Self.noon.seconds - 1))
        }
        #expect(try KernelTrial().decide(attempts, by: try Self.policy()) == [.arrived, .refused])
    }

    @Test("what cannot be compiled, loaded or run is an error of its own, never a verdict")
    func errors() throws {
        var policy = try Self.policy()
        let attempt = AccessAttempt(source: Self.v4(0x0a01_0203), port: 5432, transport: .tcp, time: Self.noon)
        #expect(throws: KernelTrialError.workerMissing(path: "/nonexistent")) {
            try KernelTrial(worker: NftWorker(path: "/nonexistent")).decide([attempt], by: policy)
        }
        #expect(throws: KernelTrialError.self) {
            try KernelTrial(worker: NftWorker(path: "/bin/false")).decide([attempt], by: policy)
        }
        policy.defaults.undeclared = .deny
        #expect {
            try KernelTrial().decide([attempt], by: policy)
        } throws: { error in
            guard case .notCompiled(let found) = error as? KernelTrialError else { return false }
            return found.contains { $0.code == "PG201" }
        }
    }
}
