import Testing

@Suite struct GateTestsSuite {}
