import Drift
import Nftables
import Testing

@Suite("What a finding says")
struct WitnessTests {
    @Test("a responsible rule is named by handle, a policy by its chain")
    func responsible() {
        let rule = Responsible(family: .inet, table: "filter", chain: "input", handle: 42)
        #expect(rule.description == "inet filter input handle 42")
        #expect(
            Responsible(family: .ip6, table: "filter", chain: "input").description == "ip6 filter input policy")
    }
}
