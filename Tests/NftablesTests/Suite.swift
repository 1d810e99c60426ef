import Testing

@Suite struct NftablesTestsSuite {}
