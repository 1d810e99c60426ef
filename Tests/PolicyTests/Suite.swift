import Testing

@Suite struct PolicyTestsSuite {}
