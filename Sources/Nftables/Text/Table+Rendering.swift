extension Table {
    /// Renders the whole table as nft text, the same bytes for the same value; the form is that of
    /// `TZ=UTC nft -n -s list table`, except that instants are whole seconds.
    ///
    /// - Throws: ``TableError`` when anything is outside the bounds that ``validate()`` checks.
    public func rendered() throws(TableError) -> [UInt8] {
        try validate()
        var writer = TextWriter(reserving: estimatedSize)
        writer.write("table inet ")
        writer.write(name)
        writer.write(" {\n")
        var isFirst = true
        func separate() {
            if !isFirst { writer.newline() }
            isFirst = false
        }
        if let comment {
            separate()
            writer.write("\tcomment ")
            writer.quoted(comment)
            writer.newline()
        }
        for counter in counters {
            separate()
            writer.counter(counter)
        }
        for set in sets {
            separate()
            writer.set(set)
        }
        for map in maps {
            separate()
            writer.map(map, withElements: true)
        }
        for chain in chains {
            separate()
            writer.chain(chain)
        }
        writer.write("}\n")
        return writer.bytes
    }

    /// About how many bytes the text has.
    var estimatedSize: Int {
        var size = 256 + counters.count * 96 + maps.reduce(0) { $0 + 128 + $1.elements.count * 64 }
        for set in sets { size += set.estimatedSize }
        for chain in chains { size += 96 + chain.rules.count * 192 }
        return size
    }
}

extension NamedSet {
    /// About how many bytes the set's text has.
    var estimatedSize: Int {
        switch content {
        case .ipv4(let ranges): 256 + ranges.count * 36
        case .ipv6(let ranges): 256 + ranges.count * 64
        case .time(let ranges): 256 + ranges.count * 32
        case .dynamic, .timed, .cgroups, .connections, .timedProtocols: 256
        }
    }
}
