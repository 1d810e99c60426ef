extension DiagnosticCatalog {
    static let compiling: [DiagnosticEntry] = []
}
