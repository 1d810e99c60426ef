import Testing

@Suite struct CompilerTestsSuite {}
