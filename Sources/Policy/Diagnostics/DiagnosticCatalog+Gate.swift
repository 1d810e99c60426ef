extension DiagnosticCatalog {
    static let gate: [DiagnosticEntry] = []
}
