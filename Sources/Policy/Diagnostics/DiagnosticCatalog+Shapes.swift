extension DiagnosticCatalog {
    /// PG010 to PG029: files, keys, lists and kinds of values.
    static let shapes: [DiagnosticEntry] = [
        DiagnosticEntry(
            code: "PG010", title: "an unknown key", severity: .error,
            explanation: """
                The language has no such key at this place. Other tools ignore keys they do not know, and a misspelt \
                restriction then restricts nothing; here it is an error. When one of the keys is near, it is \
                suggested.
                """),
        DiagnosticEntry(
            code: "PG011", title: "a value of the wrong kind", severity: .error,
            explanation: """
                A list, a mapping or a text stands where another kind of value is wanted, or nothing stands there at \
                all. A value that is absent, ~ or null is never read as a default: leave the key out instead. A \
                single entry of a list still needs its brackets: cidrs: [any].
                """),
        DiagnosticEntry(
            code: "PG012", title: "a missing key", severity: .error,
            explanation: """
                A key that this mapping needs is not there. The report stands at the mapping and says what the key \
                takes.
                """),
        DiagnosticEntry(
            code: "PG013", title: "an empty list or mapping", severity: .error,
            explanation: """
                A list or mapping without entries says neither everything nor nothing for certain: some tools read \
                an empty list of sources as any source. Write an entry, or leave the key out; a port without allow \
                is reachable by nobody.
                """),
        DiagnosticEntry(
            code: "PG014", title: "not one of the values", severity: .error,
            explanation: """
                The key takes one of a few words, in lower case, and this is none of them.
                """),
        DiagnosticEntry(
            code: "PG015", title: "a text that does not fit", severity: .error,
            explanation: """
                The text is too long, or holds a control character or line break. Texts of a policy are single \
                lines, because they are shown in reports and written beside kernel rules.
                """),
        DiagnosticEntry(
            code: "PG016", title: "not a name", severity: .error,
            explanation: """
                Names are made of ASCII letters, digits, '.', '_' and '-', start with a letter or digit, and have at \
                most 48 characters. They become parts of kernel object names and log prefixes, where any other \
                character could mean something.
                """),
        DiagnosticEntry(
            code: "PG017", title: "too many entries", severity: .error,
            explanation: """
                A list or mapping holds more entries than the limit. A policy may have 4,096 ports, 4,096 rules a \
                port and 100,000 tests; long lists of addresses belong in a list file.
                """),
        DiagnosticEntry(
            code: "PG018", title: "keys that do not go together", severity: .error,
            explanation: """
                The mapping has none of the keys of which it needs one, or several of which it may have only one. An \
                identity has exactly one kind of proof; write two identities and a third with members to mean \
                either.
                """),
        DiagnosticEntry(
            code: "PG020", title: "findings left out", severity: .error,
            explanation: """
                So many findings were made that only the first are shown. Settle these and look again.
                """),
        DiagnosticEntry(
            code: "PG021", title: "a file that cannot be read", severity: .error,
            explanation: """
                A policy file, an include or a list file does not exist, may not be read, is not a file, or is too \
                large. Paths inside a file are relative to that file's folder. The policy is refused as a whole: a \
                list that cannot be read is never taken for an empty one.
                """),
        DiagnosticEntry(
            code: "PG022", title: "a folder without policy files", severity: .error,
            explanation: """
                The folder holds no *.yaml or *.yml file. Hidden files and folders inside the folder are not read; \
                include them by name.
                """),
        DiagnosticEntry(
            code: "PG023", title: "includes nested too deep", severity: .error,
            explanation: """
                Files include files that include files, more than 16 deep. A file that is included twice, or \
                includes itself, is read once and is no error.
                """),
        DiagnosticEntry(
            code: "PG024", title: "too many files", severity: .error,
            explanation: """
                The policy has more than 1,000 files.
                """),
        DiagnosticEntry(
            code: "PG025", title: "too many bytes", severity: .error,
            explanation: """
                The files of the policy are larger than 1 GiB together.
                """),
        DiagnosticEntry(
            code: "PG026", title: "nothing to read", severity: .error,
            explanation: """
                No file, folder or - (standard input) was named.
                """),
        DiagnosticEntry(
            code: "PG027", title: "a policy without a name", severity: .error,
            explanation: """
                One of the policy's files must state name: it is recorded with every rule and every access.
                """),
        DiagnosticEntry(
            code: "PG029", title: "too many address intervals", severity: .error,
            explanation: """
                Rules that list several networks hold the union of these. All together they would hold more \
                intervals than the limit of 8 million. Declare one network with the addresses that the rules share.
                """),
    ]
}
