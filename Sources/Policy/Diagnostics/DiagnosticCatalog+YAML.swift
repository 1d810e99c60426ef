extension DiagnosticCatalog {
    /// PG001 to PG009 and PG030 to PG039: text, YAML, addresses and list files.
    static let yaml: [DiagnosticEntry] = [
        DiagnosticEntry(
            code: "PG001", title: "not YAML", severity: .error,
            explanation: """
                The text breaks the rules of YAML at this place, so nothing behind it can be read. Most often a value needs \
                quotes, an indentation differs from the lines above, or a bracket is not closed. When a quoted text runs over \
                several lines just before the place, its closing quote is probably missing.
                """),
        DiagnosticEntry(
            code: "PG002", title: "not UTF-8", severity: .error,
            explanation: """
                Policies and lists are UTF-8 text, with or without a byte order mark. These bytes are not UTF-8: the file is \
                damaged, or was saved in another encoding (Latin-1, UTF-16). Save it as UTF-8.
                """),
        DiagnosticEntry(
            code: "PG003", title: "a character that hides something", severity: .error,
            explanation: """
                NUL bytes, control characters, carriage returns alone, Unicode line separators and characters that reorder text \
                make a file read other than it looks, and a reviewer would approve something else than what is enforced. \
                Remove them; in a quoted text, an escape such as "\\u2028" says the same visibly.
                """),
        DiagnosticEntry(
            code: "PG004", title: "a tab in the indentation", severity: .error,
            explanation: """
                YAML indents with spaces only: a tab has no agreed width. Replace it with as many spaces as the lines \
                around have.
                """),
        DiagnosticEntry(
            code: "PG005", title: "an unclosed quote", severity: .error,
            explanation: """
                The text that begins at this quote has no end before the end of the file. Close it. Inside double quotes a quote \
                is written \\", inside single quotes ''.
                """),
        DiagnosticEntry(
            code: "PG006", title: "a key given twice", severity: .error,
            explanation: """
                A mapping holds the same key twice. Many YAML readers silently take the last one, so that two readers of the \
                policy would disagree on what it says. Remove one, or rename it. Merge several mappings with one key: \
                <<: [*a, *b].
                """),
        DiagnosticEntry(
            code: "PG007", title: "YAML that a policy has no use for", severity: .error,
            explanation: """
                Tags (!!str, !mine), several documents in one file, and lists or mappings as keys are not read. Every value is \
                read as the text you write, so a tag would change nothing; each document belongs in a file of its own.
                """),
        DiagnosticEntry(
            code: "PG008", title: "an alias or merge key that leads nowhere", severity: .error,
            explanation: """
                An alias (*name) must stand behind the anchor (&name) it names and outside of it, and a merge key (<<) takes a \
                mapping or a list of mappings.
                """),
        DiagnosticEntry(
            code: "PG009", title: "a file beyond the limits", severity: .error,
            explanation: """
                A YAML file may have 64 MiB, 64 levels of nesting and 4 million values, aliases expanded; a list file 256 MiB and \
                8 million lines. The limits keep hostile input from exhausting the machine; a policy that meets them \
                belongs in several files, its addresses in list files.
                """),
        DiagnosticEntry(
            code: "PG030", title: "an empty file", severity: .error,
            explanation: """
                The file holds nothing but blank lines and comments. A policy begins with "version: 1". An empty file is an error \
                because "nothing declared" and "the declaration got lost" look the same.
                """),
        DiagnosticEntry(
            code: "PG031", title: "not an address", severity: .error,
            explanation: """
                The text is no IPv4 or IPv6 address and no CIDR block. IPv4 has four decimal parts of 0 to 255 without leading \
                zeros (other programs read 010 as octal 8); IPv6 has eight parts of up to four hexadecimal digits, of which one \
                run of zeros may be written "::". Ranges, host names and interface scopes (%eth0) are not read.
                """),
        DiagnosticEntry(
            code: "PG032", title: "a wrong prefix length", severity: .error,
            explanation: """
                Behind the "/" stands a prefix length: 0 to 32 for IPv4, 0 to 128 for IPv6. Netmasks such as 255.255.0.0 are not \
                read. Where a single address is wanted there is no "/".
                """),
        DiagnosticEntry(
            code: "PG033", title: "host bits behind the prefix", severity: .error,
            explanation: """
                The address has bits set behind its prefix, as in 10.1.2.3/16. Either the prefix is wrong or the address is, and \
                they differ by thousands of addresses; portgate does not guess. The fix shows the block the address lies in.
                """),
        DiagnosticEntry(
            code: "PG034", title: "IPv4 in IPv6 form", severity: .error,
            explanation: """
                ::ffff:10.0.0.1 is an IPv4 address written as IPv6. The kernel sees its packets as IPv4, so the entry would never \
                match. Write the IPv4 address.
                """),
        DiagnosticEntry(
            code: "PG035", title: "a list file without addresses", severity: .error,
            explanation: """
                The list file holds no address. A feed that could not be fetched often leaves an empty file behind; an empty list \
                would close, or with other tools open, everything that hangs on it. Remove the network if nobody is meant.
                """),
    ]
}
