extension PolicyBuilder {
    /// Reads the declared networks.
    mutating func readNetworks() -> [Network] {
        var result: [Network] = []
        networkSets = ["any": .any, "loopback": .ownHost]
        for entry in networks.entries {
            if let builtIn = Self.builtInNetworks[entry.name.text] {
                findings.add(
                    .reservedName("a network", entry.name.text, "it is built in and means \(builtIn)", at: entry.span))
                continue
            }
            if Self.isAllDigitsAndDots(entry.name.text) {
                findings.add(
                    .reservedName("a network", entry.name.text, "it would be taken for an address", at: entry.span))
                continue
            }
            let network: Network?
            switch entry.node.content {
            case .sequence(let items): network = readLiterals(items, of: entry)
            case .mapping: network = readListFile(of: entry)
            case .scalar: network = nil
            }
            // A network that could not be read is still a known name.
            networkSets[entry.name.text] = network?.addresses ?? .empty
            if let network { result.append(network) }
        }
        return result.sorted { $0.name < $1.name }
    }

    static let builtInNetworks = [
        "any": "every remote source of both families", "loopback": "this host's connections to itself",
    ]

    private mutating func readLiterals(_ items: [YAMLNode], of entry: Declarations.Entry) -> Network? {
        var entries: [CIDREntry] = []
        entries.reserveCapacity(items.count)
        for item in items {
            guard let text = item.text, !text.isEmpty else { continue }
            if let cidr = readCIDR(text, at: item) { entries.append(CIDREntry(cidr: cidr, span: item.span)) }
        }
        guard !entries.isEmpty else { return nil }
        return Network(
            name: entry.name, span: entry.span, addresses: AddressSet(cidrs: entries.lazy.map(\.cidr)),
            entries: entries,
            listFile: nil)
    }

    /// Reads a literal block, or reports why it is none.
    private mutating func readCIDR(_ text: String, at node: YAMLNode) -> CIDR? {
        do throws(AddressError) {
            return try CIDR(parsing: text)
        } catch {
            findings.add(.badAddress(error, text, at: node.span, isQuoted: node.isQuoted))
            return nil
        }
    }

    /// Reads sources: literals, and names of networks. Returns nil when none could be read.
    mutating func readSources(
        _ node: YAMLNode, port: String? = nil, rule: String? = nil
    ) -> (addresses: AddressSet, names: [String])? {
        var cidrs: [CIDR] = []
        var named: [AddressSet] = []
        var names: [String] = []
        for item in node.items {
            guard let text = item.text, !text.isEmpty else { continue }
            if Self.looksLiteral(text) {
                if let cidr = readCIDR(text, at: item) { cidrs.append(cidr) }
            } else if let set = networkSets[text] {
                guard !names.contains(text) else { continue }
                named.append(set)
                names.append(text)
            } else if Self.resemblesAddress(text) {
                _ = readCIDR(text, at: item)
            } else {
                findings.add(
                    .unknownName(
                        "network", text, known: Array(networks.names) + ["any", "loopback"], at: item.span, port: port,
                        rule: rule))
            }
        }
        if !cidrs.isEmpty { named.append(AddressSet(cidrs: cidrs)) }
        let addresses = AddressSet.union(of: named[...])
        if named.count > 1 || !cidrs.isEmpty {
            intervals += addresses.v4.intervals.count + addresses.v6.intervals.count
            if intervals > limits.intervals {
                findings.add(.tooMuchExpanded(limit: limits.intervals, at: node.span))
                return nil
            }
        }
        return addresses.isEmpty ? nil : (addresses, names)
    }

    /// Tells whether a text is meant as an address: it has a colon or a slash, or is made of digits and dots alone. No network
    /// can have such a name.
    private static func looksLiteral(_ text: String) -> Bool {
        var onlyDigitsAndDots = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: ":"): return true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): continue
            default: onlyDigitsAndDots = false
            }
        }
        return onlyDigitsAndDots
    }

    /// Tells whether a text that is no network's name was more likely meant as an address: it begins with a digit and has a dot.
    private static func resemblesAddress(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.contains(UInt8(ascii: ".")) else { return false }
        return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    }

    private static func isAllDigitsAndDots(_ text: String) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }
    }
}
