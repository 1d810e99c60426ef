extension PolicyBuilder {
    /// Reads the declared identities and checks that no identity is a member of itself.
    mutating func readIdentities() -> [Identity] {
        var result: [Identity] = []
        for entry in identities.entries {
            var networkNames: [String] = []
            guard let proof = readProof(entry.node, networkNames: &networkNames) else { continue }
            var identity = Identity(name: entry.name, span: entry.span, proof: proof)
            identity.networkNames = networkNames
            proofs[entry.name.text] = proof
            result.append(identity)
        }
        checkCycles()
        return result.sorted { $0.name < $1.name }
    }

    private mutating func readProof(_ node: YAMLNode, networkNames: inout [String]) -> IdentityProof? {
        // Exactly one kind is there: the shape says so.
        guard let entry = node.entries.first, let kind = entry.key.text else { return nil }
        let value = entry.value
        switch kind {
        case "addresses":
            guard let sources = readSources(value) else { return nil }
            networkNames = sources.names
            return .addresses(sources.addresses)
        case "members":
            let names = readNames(value, of: identities)
            return names.isEmpty ? nil : .members(names)
        case "process":
            return .process(
                ProcessProof(
                    user: readAccount(value["user"], "user"), group: readAccount(value["group"], "group"),
                    cgroup: readCgroup(value["cgroup"]), span: value.span))
        case "wireguard":
            guard let interface = readInterface(value["interface"]) else { return nil }
            guard let sources = value["addresses"].flatMap({ readSources($0) }) else { return nil }
            networkNames = sources.names
            return .wireguard(interface: interface, addresses: sources.addresses)
        case "ipsec":
            return .ipsec(
                IPsecProof(
                    reqid: readNumber(value["reqid"], "reqid", least: 1, most: UInt32.max),
                    spi: readNumber(value["spi"], "spi", least: 1, most: UInt32.max)))
        case "link":
            return .link(
                LinkProof(mac: readHardwareAddress(value["mac"]), interface: readInterface(value["interface"])))
        case "session":
            guard let node = value["user"], let text = node.text, !text.isEmpty else { return nil }
            guard case .name(let user)? = HostWords.account(parsing: text) else {
                findings.add(.badHostWord("user", text, wanted: "an account's name", at: node.span))
                return nil
            }
            return .session(user: user)
        default: return nil
        }
    }

    /// Reads a list of names that a section declares, each once.
    mutating func readNames(
        _ node: YAMLNode, of section: Declarations, port: String? = nil, rule: String? = nil
    ) -> [Name] {
        var names: [Name] = []
        var seen: Set<Name> = []
        for item in node.items {
            guard let text = item.text, let name = Name(text) else { continue }
            guard section[text] != nil else {
                findings.add(
                    .unknownName(section.what, text, known: section.names, at: item.span, port: port, rule: rule))
                continue
            }
            if seen.insert(name).inserted { names.append(name) }
        }
        return names
    }

    /// Reads a whole number, or reports why the text is none.
    mutating func readNumber(_ node: YAMLNode?, _ subject: String, least: UInt32, most: UInt32) -> UInt32? {
        guard let node, let text = node.text, !text.isEmpty else { return nil }
        guard let number = WholeNumber.parse(text.utf8), (UInt64(least)...UInt64(most)).contains(number) else {
            findings.add(.badNumber(subject, text, least: UInt64(least), most: UInt64(most), at: node.span))
            return nil
        }
        return UInt32(number)
    }

    private mutating func readAccount(_ node: YAMLNode?, _ subject: String) -> ProcessProof.Account? {
        guard let node, let text = node.text, !text.isEmpty else { return nil }
        guard let account = HostWords.account(parsing: text) else {
            findings.add(.badHostWord(subject, text, wanted: Formats.account.wanted, at: node.span))
            return nil
        }
        return account
    }

    private mutating func readCgroup(_ node: YAMLNode?) -> String? {
        guard let node, let text = node.text, !text.isEmpty else { return nil }
        guard HostWords.isCgroup(text) else {
            findings.add(.badHostWord("cgroup", text, wanted: Formats.cgroup.wanted, at: node.span))
            return nil
        }
        return text
    }

    private mutating func readInterface(_ node: YAMLNode?) -> String? {
        guard let node, let text = node.text, !text.isEmpty else { return nil }
        guard HostWords.isInterface(text) else {
            findings.add(.badHostWord("interface", text, wanted: Formats.interface.wanted, at: node.span))
            return nil
        }
        return text
    }

    private mutating func readHardwareAddress(_ node: YAMLNode?) -> UInt64? {
        guard let node, let text = node.text, !text.isEmpty else { return nil }
        guard let address = Hexadecimal.hardwareAddress(parsing: text) else {
            findings.add(.badHostWord("mac", text, wanted: Formats.mac.wanted, at: node.span))
            return nil
        }
        return address
    }

    /// Reports each cycle of `members` once, at the first of its identities in the files.
    private mutating func checkCycles() {
        enum Visit { case open, closed }
        var visits: [String: Visit] = [:]
        for entry in identities.entries where visits[entry.name.text] == nil {
            // Depth first without recursion: members may be nested as deep as a hostile file likes.
            var path: [(name: String, next: Int)] = [(entry.name.text, 0)]
            visits[entry.name.text] = .open
            while let top = path.last {
                guard case .members(let members)? = proofs[top.name], top.next < members.count else {
                    visits[top.name] = .closed
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let member = members[top.next].text
                switch visits[member] {
                case nil:
                    visits[member] = .open
                    path.append((member, 0))
                case .open:
                    let start = path.lastIndex { $0.name == member } ?? 0
                    let cycle = path[start...].map(\.name) + [member]
                    if let first = identities[member] { findings.add(.memberCycle(cycle, at: first.span)) }
                    proofs[member] = nil
                case .closed: continue
                }
            }
        }
    }
}
