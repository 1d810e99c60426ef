extension DiagnosticCatalog {
    static let lint: [DiagnosticEntry] = []
}
