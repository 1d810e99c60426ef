import TestSupport
import Testing

/// `mode: observe`: judged beside what is enforced, told, and refusing nobody until it is promoted.
@Suite("staged policies", .serialized)
struct StagingTests {
    private static let enforced = """
        version: 1
        name: lab
        ports:
          - name: gated
            port: 8443
            log: { denied: all }
            allow:
              - { name: everybody, cidrs: [10.99.0.0/16, loopback] }

        """
    private static let staged = """
        version: 1
        mode: observe
        ports:
          - name: gated
            port: 8443
            log: { denied: all }
            allow:
              - { name: client, cidrs: [10.99.1.0/24] }

        """

    @Test("a declaration beside the enforced one tells what it would do and refuses nobody; promoted, it refuses")
    func beside() throws {
        let bench = try IdentityBench()
        let lab = bench.lab
        try lab.server.serve("tcp/8443", "udp/8443")
        try bench.write("b.yaml", Self.staged)
        try bench.apply(Self.enforced + "include: [b.yaml]\n")
        let records = try lab.server.records(ofGroup: 77)
        for transport in [LabTransport.tcp, .udp] {
            #expect(try lab.client.connect(transport, "10.99.1.1", 8443) == .connected)
            #expect(
                try records.take().map(\.prefix) == ["pg1 would-allow gated/client ", "pg1 allow gated/everybody "])
            #expect(try lab.intruder.connect(transport, "10.99.2.1", 8443) == .connected)
            #expect(try records.take().map(\.prefix) == ["pg1 would-deny gated ", "pg1 allow gated/everybody "])
        }
        #expect(try bench.own() == "answered")
        #expect(try records.take().map(\.prefix) == ["pg1 would-deny gated ", "pg1 allow gated/everybody "])
        let status = try bench.findings()
        #expect(status.contains("staged beside it: would refuse 3 new connections"), "\(status)")
        #expect(status.contains("staged rule client: would allow 2 new connections"), "\(status)")
        let why = try bench.portgate("why", "p.yaml", "--from", "10.99.2.2", "--port", "8443")
        #expect(why.output.contains("allowed by gated/everybody"), "\(why)")
        #expect(why.output.contains("observed, if it were enforced: deny"), "\(why)")

        let session = try lab.intruder.session(.tcp, "10.99.2.1", 8443)
        #expect(try session.say() == .connected)
        let promoted = try bench.portgate("apply", "--yes", "--promote", "gated", "p.yaml")
        #expect(promoted.status == 0, "\(promoted)")
        #expect(promoted.errors.contains("write 'mode: enforce' at b.yaml:2"), "\(promoted)")
        #expect(try session.say() == .reset)
        for transport in [LabTransport.tcp, .udp] {
            #expect(try lab.client.connect(transport, "10.99.1.1", 8443) == .connected)
            #expect(try lab.intruder.connect(transport, "10.99.2.1", 8443).isKeptOut)
        }
        #expect(try bench.own() == "ConnectionRefusedError")
        #expect(try !bench.findings().contains("staged"))
        // Not written into the file, it is observed again.
        try bench.portgate("apply", "--yes", "p.yaml")
        #expect(try lab.intruder.connect("10.99.2.1", 8443) == .connected)
    }

    @Test("a port and a rule that are only observed; all of it promoted at once")
    func alone() throws {
        let bench = try IdentityBench()
        let lab = bench.lab
        try lab.server.serve("tcp/8443", "tcp/9443")
        let policy = """
            version: 1
            name: lab
            ports:
              - name: gated
                port: 8443
                mode: observe
                log: { denied: all }
                allow:
                  - { name: client, cidrs: [10.99.1.0/24] }
              - name: other
                port: 9443
                log: { denied: all }
                allow:
                  - { name: client, cidrs: [10.99.1.0/24] }
                  - { name: intruder, cidrs: [10.99.2.0/24], mode: observe }

            """
        try bench.apply(policy)
        let records = try lab.server.records(ofGroup: 77)
        #expect(try lab.intruder.connect("10.99.2.1", 8443) == .connected)
        #expect(try records.take().map(\.prefix) == ["pg1 would-deny gated "])
        #expect(try lab.intruder.connect("10.99.2.1", 9443) == .refused)
        #expect(try records.take().map(\.prefix) == ["pg1 would-allow other/intruder ", "pg1 deny other "])
        let status = try bench.findings()
        #expect(status.contains("port gated (tcp 8443") && status.contains("only observed, would refuse"), "\(status)")
        #expect(status.contains("observed rule intruder: would allow 1 packets"), "\(status)")
        let wrong = try bench.portgate("apply", "--yes", "--promote", "gatd", "p.yaml")
        #expect(wrong.status == 2 && wrong.errors.contains("did you mean 'gated'?"), "\(wrong)")

        let promoted = try bench.portgate("apply", "--yes", "--promote", "all", "p.yaml")
        #expect(promoted.status == 0, "\(promoted)")
        #expect(try lab.intruder.connect("10.99.2.1", 8443) == .refused)
        #expect(try lab.intruder.connect("10.99.2.1", 9443) == .connected)
        #expect(try lab.client.connect("10.99.1.1", 8443) == .connected)
    }
}
