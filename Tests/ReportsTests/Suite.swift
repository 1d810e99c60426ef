import Testing

@Suite struct ReportsTestsSuite {}
