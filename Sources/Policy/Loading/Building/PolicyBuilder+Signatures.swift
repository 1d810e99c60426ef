extension PolicyBuilder {
    /// Reads the declared signatures.
    mutating func readSignatures() -> [Signature] {
        var result: [Signature] = []
        for entry in signatures.entries {
            if Self.isBuiltInRequest(entry.name.text) {
                findings.add(
                    .reservedName("a signature", entry.name.text, "it is a built-in request type", at: entry.span))
                continue
            }
            let parts = entry.node.items.compactMap { readPart($0) }
            if parts.count == entry.node.items.count { check(parts, of: entry) }
            if !parts.isEmpty { result.append(Signature(name: entry.name, span: entry.span, parts: parts)) }
        }
        return result.sorted { $0.name < $1.name }
    }

    /// Reports parts that no payload could satisfy together, and parts that every payload satisfies.
    private mutating func check(_ parts: [Signature.Part], of entry: Declarations.Entry) {
        var wanted: [Int: (mask: UInt8, value: UInt8)] = [:]
        for part in parts {
            for (index, byte) in part.bytes.enumerated() {
                let (mask, value) = wanted[part.offset + index] ?? (0, 0)
                let own = part.mask?[index] ?? 0xff
                if (value ^ byte) & mask & own != 0 {
                    return findings.add(.contradictorySignature(entry.name, byte: part.offset + index, at: entry.span))
                }
                wanted[part.offset + index] = (mask | own, value | (byte & own))
            }
        }
        if !parts.isEmpty, wanted.values.allSatisfy({ $0.mask == 0 }) {
            findings.add(.emptySignature(entry.name, at: entry.span))
        }
    }

    /// Reports a request type that the port's protocols do not carry.
    mutating func checkSpoken(_ type: RequestType, over port: Port, _ node: YAMLNode) {
        guard type.transports.isDisjoint(with: port.protocols) else { return }
        findings.add(.notSpoken(node.text ?? "", type, at: node.span))
    }

    private static func isBuiltInRequest(_ text: String) -> Bool {
        do throws(RequestTypeError) {
            _ = try RequestType(parsing: text)
            return true
        } catch {
            return error != .unknown
        }
    }

    private mutating func readPart(_ node: YAMLNode) -> Signature.Part? {
        let offset = readNumber(node["offset"], "offset", least: 0, most: 255)
        let bytes = node["bytes"].flatMap { readOctets($0, "bytes") }
        let mask = node["mask"].flatMap { readOctets($0, "mask") }
        guard let offset, let bytes, let bytesNode = node["bytes"] else { return nil }
        if let mask, let maskNode = node["mask"] {
            guard mask.count == bytes.count else {
                findings.add(.maskLength(mask.count, bytes.count, at: maskNode.span, bytesSpan: bytesNode.span))
                return nil
            }
            if zip(mask, bytes).contains(where: { $0 & $1 != $1 }) { findings.add(.unmaskedBits(at: bytesNode.span)) }
        }
        return Signature.Part(offset: Int(offset), mask: mask, bytes: bytes)
    }

    private mutating func readOctets(_ node: YAMLNode, _ subject: String) -> [UInt8]? {
        guard let text = node.text, !text.isEmpty else { return nil }
        guard let octets = Hexadecimal.octets(parsing: text), (1...16).contains(octets.count) else {
            findings.add(.badOctets(subject, text, at: node.span))
            return nil
        }
        return octets
    }

    /// Reads a request type, or reports why the text is none.
    mutating func readRequest(_ node: YAMLNode) -> RequestType? {
        guard let text = node.text, !text.isEmpty else { return nil }
        if let name = Name(text), signatures[text] != nil { return .signature(name) }
        do throws(RequestTypeError) {
            return try RequestType(parsing: text)
        } catch {
            switch error {
            case .malformed(let reason):
                findings.add(.unknownRequest(text, reason: reason, nearest: nil, at: node.span))
            case .unknown:
                let nearest = Suggestions.nearest(to: text, among: RequestType.words + Array(signatures.names))
                findings.add(.unknownRequest(text, reason: nil, nearest: nearest, at: node.span))
            }
            return nil
        }
    }
}
