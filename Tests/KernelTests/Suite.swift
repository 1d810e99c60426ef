import Testing

@Suite struct KernelTestsSuite {}
