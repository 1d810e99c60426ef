/// Reads the blocks of a table. Each function stands behind the block's opening brace, and returns nil as soon as there is
/// anything that portgate does not render; the caller then takes the block as foreign.
extension TableScanner {
    /// Goes to the next line's first word, or past the closing brace: then there is none.
    private mutating func nextKey() -> String?? {
        skipSpace()
        if take(UInt8(ascii: "}")) { return .some(nil) }
        guard let key = word() else { return nil }
        skipBlanks()
        return key
    }

    private mutating func isAtLineEnd() -> Bool {
        skipBlanks()
        return byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "}")
    }

    mutating func counter(named name: String) -> NamedCounter? {
        var counter = NamedCounter(name: name)
        while let next = nextKey() {
            switch next {
            case nil: return counter
            case "comment":
                guard counter.comment == nil, let comment = quoted(), isAtLineEnd() else { return nil }
                counter.comment = comment
            case "packets":
                guard number(UInt64.self) != nil, take(" bytes "), number(UInt64.self) != nil, isAtLineEnd() else {
                    return nil
                }
            default: return nil
            }
        }
        return nil
    }

    mutating func set(named name: String) -> NamedSet? {
        var draft = SetDraft()
        while let next = nextKey() {
            guard let key = next else { return draft.set(named: name) }
            guard draft.keys.insert(key).inserted else { return nil }
            switch key {
            case "type": draft.type = word()
            case "typeof":
                if take("meta time") {
                    draft.type = "meta time"
                } else if take("ct id . tcp sport . tcp sequence") {
                    draft.type = "sequences"
                } else if take("ct id . tcp sport") {
                    draft.type = "connections"
                } else {
                    return nil
                }
            case "flags":
                if take("interval,timeout") {
                    (draft.isInterval, draft.isTimed) = (true, true)
                } else if take("interval") {
                    draft.isInterval = true
                } else if take("dynamic,timeout") {
                    draft.isDynamic = true
                } else if take("timeout") {
                    draft.isTimed = true
                } else {
                    return nil
                }
            case "size":
                guard let size: UInt32 = number() else { return nil }
                draft.size = size
            case "timeout":
                guard let timeout: UInt32 = number(), take(UInt8(ascii: "s")) else { return nil }
                draft.timeoutSeconds = timeout
            case "comment":
                guard let comment = quoted() else { return nil }
                draft.comment = comment
            case "elements":
                guard take("= "), readElements(into: &draft) else { return nil }
            default: return nil
            }
            guard isAtLineEnd() else { return nil }
        }
        return nil
    }

    private mutating func readElements(into draft: inout SetDraft) -> Bool {
        if draft.isDynamic || draft.isTimed { return skipElements() }
        if draft.type == "cgroupsv2" { return skipQuotedElements() }
        switch draft.type {
        case "ipv4_addr": draft.content = ipv4Elements().map(NamedSet.Content.ipv4)
        case "ipv6_addr": draft.content = ipv6Elements().map(NamedSet.Content.ipv6)
        case "meta time": draft.content = timeElements().map(NamedSet.Content.time)
        default: return false
        }
        return draft.content != nil
    }

    mutating func map(named name: String) -> VerdictMap? {
        var map = VerdictMap(name: name, elements: [], takesRanges: false)
        var keys: Set<String> = []
        while let next = nextKey() {
            guard let key = next else { return keys.contains("type") && map.isPossible ? map : nil }
            guard keys.insert(key).inserted else { return nil }
            switch key {
            case "type": guard take("inet_proto . inet_service : verdict") else { return nil }
            case "flags":
                guard take("interval") else { return nil }
                map.takesRanges = true
            case "elements":
                guard take("= "), let elements = verdictElements() else { return nil }
                map.elements = elements
            default: return nil
            }
            guard isAtLineEnd() else { return nil }
        }
        return nil
    }

    mutating func chain(named name: String) -> Chain? {
        var chain = Chain(name: name)
        skipSpace()
        if take("type ") {
            guard let hook = hook(), isAtLineEnd() else { return nil }
            chain.hook = hook
            skipSpace()
        }
        while !take(UInt8(ascii: "}")) {
            guard !isAtEnd, let rule = rule() else { return nil }
            chain.rules.append(rule)
            skipSpace()
        }
        return chain
    }

    private mutating func hook() -> Chain.Hook? {
        guard take("filter hook "), let point = word().flatMap(Chain.HookPoint.init), take(" priority ") else {
            return nil
        }
        let isNegative = take(UInt8(ascii: "-"))
        guard let magnitude: Int64 = number(), let priority = Int32(exactly: isNegative ? -magnitude : magnitude),
            take("; policy "), let policy = word().flatMap(Chain.BasePolicy.init), take(UInt8(ascii: ";"))
        else { return nil }
        return Chain.Hook(point: point, priority: priority, policy: policy)
    }
}

/// What has been read of a set so far.
private struct SetDraft {
    var keys: Set<String> = []
    var type: String?
    var isInterval = false
    var isDynamic = false
    var isTimed = false
    var size: UInt32?
    var timeoutSeconds: UInt32?
    var comment: String?
    var content: NamedSet.Content?

    /// The set, when what was read is what portgate renders.
    func set(named name: String) -> NamedSet? {
        if isDynamic {
            guard let size, let timeoutSeconds else { return nil }
            let family: AddressFamily
            switch type {
            case "ipv4_addr": family = .v4
            case "ipv6_addr": family = .v6
            case "sequences", "connections":
                let content = NamedSet.Content.connections(
                    sequence: type == "sequences", size: size, timeoutSeconds: timeoutSeconds)
                return NamedSet(name: name, comment: comment, content: content)
            case "nf_proto":
                guard size == NamedSet.protocolsSize else { return nil }
                return NamedSet(
                    name: name, comment: comment, content: .timedProtocols(refreshedForSeconds: timeoutSeconds))
            default: return nil
            }
            return NamedSet(
                name: name, comment: comment,
                content: .dynamic(family: family, size: size, timeoutSeconds: timeoutSeconds))
        }
        if isTimed {
            if type == "nf_proto", !isInterval, size == nil, timeoutSeconds == nil {
                return NamedSet(name: name, comment: comment, content: .timedProtocols())
            }
            guard let size, timeoutSeconds == nil, type == "ipv4_addr" || type == "ipv6_addr" else { return nil }
            let family: AddressFamily = type == "ipv4_addr" ? .v4 : .v6
            return NamedSet(
                name: name, comment: comment, content: .timed(family: family, ranges: isInterval, size: size))
        }
        guard size == nil, timeoutSeconds == nil else { return nil }
        if type == "cgroupsv2", !isInterval { return NamedSet(name: name, comment: comment, content: .cgroups) }
        guard isInterval else { return nil }
        switch type {
        case "ipv4_addr": return NamedSet(name: name, comment: comment, content: content ?? .ipv4([]))
        case "ipv6_addr": return NamedSet(name: name, comment: comment, content: content ?? .ipv6([]))
        case "meta time": return NamedSet(name: name, comment: comment, content: content ?? .time([]))
        default: return nil
        }
    }
}

extension VerdictMap {
    /// Whether the kernel can hold it.
    fileprivate var isPossible: Bool { takesRanges || elements.allSatisfy { $0.first == $0.last } }
}
