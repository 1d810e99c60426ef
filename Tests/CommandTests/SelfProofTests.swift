import Foundation
import Testing

/// The proof that what is rendered lets in what the policy allows.
@Suite("the self-proof")
struct SelfProofTests {
    private static let policy = """
        version: 1
        name: proof
        owner: ops
        windows:
          day: { timezone: Europe/Berlin, days: [mon-fri], hours: ["08:00-18:00"] }
        ports:
          - name: web
            port: [8443, 9000-9005]
            protocol: tcp
            allow:
              - { name: office, cidrs: [198.51.100.0/24, "2001:db8::/40"], windows: [day] }
              - { name: own, cidrs: [loopback] }

        """

    @Test("a proved rendering is the rendering: the same bytes with and without the proof")
    func sameBytes() throws {
        let scratch = try Scratch()
        try scratch.write("gate.yaml", Self.policy)
        let proved = try Portgate.run("compile", "--at", "2026-11-21T00:00:00Z", "gate.yaml", in: scratch.url)
        let plain = try Portgate.run(
            "compile", "--no-proof", "--at", "2026-11-21T00:00:00Z", "gate.yaml", in: scratch.url)
        #expect(proved.status == 0, "\(proved.errors)")
        #expect(proved.errors == plain.errors)
        #expect(proved.outputBytes == plain.outputBytes)
    }

    @Test("the codes of the proof are explained", arguments: ["PG253", "PG254"])
    func explained(code: String) throws {
        let result = try Portgate.run("explain", code)
        #expect(result.status == 0)
        #expect(result.output.contains("--no-proof"))
    }
}
