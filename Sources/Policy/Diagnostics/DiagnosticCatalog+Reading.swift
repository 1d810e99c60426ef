extension DiagnosticCatalog {
    /// PG010 to PG029 and PG040 to PG079: what the loader reports, beside what the reader of YAML does.
    static let reading: [DiagnosticEntry] = shapes + names + values
}
