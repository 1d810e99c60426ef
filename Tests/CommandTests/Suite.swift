import Testing

@Suite struct CommandTestsSuite {}
