extension DiagnosticCatalog {
    static let reading: [DiagnosticEntry] = []
}
