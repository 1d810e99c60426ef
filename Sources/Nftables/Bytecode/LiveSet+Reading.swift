extension LiveSet {
    /// Keys are at most as long as the registers.
    static let greatestKeyLength = LiveRegister.byteCount

    /// Takes the elements of one list (NFTA_SET_ELEM_LIST_ELEMENTS). What is no element is not taken, and said.
    mutating func take(elements list: NetlinkBytes) {
        var walk = list
        do throws(NetlinkBytes.Malformed) {
            while let (_, item) = try walk.next() { try take(element: item) }
        } catch {
            unreadElements = "an element is cut short, or its key is not as long as the set's"
        }
    }

    private mutating func take(element bytes: NetlinkBytes) throws(NetlinkBytes.Malformed) {
        var key: NetlinkBytes?
        var end: NetlinkBytes?
        var flags: UInt32 = 0
        var hasMore = false
        var walk = bytes
        while let (type, value) = try walk.next() {
            switch type {
            case 1: key = try Self.data(value)
            case 3: flags = try value.number(UInt32.self)
            case 10: end = try Self.data(value)
            case 8: continue
            default: hasMore = true
            }
        }
        let isCatchAll = flags & 2 != 0
        guard flags <= 3, isCatchAll ? key == nil : key?.count == elements.keyLength,
            end == nil || end?.count == elements.keyLength
        else { throw .length }
        let detail = hasMore ? try Self.detail(of: bytes) : nil
        elements.append(key, end: end, flags: UInt8(flags), detail: detail)
    }

    private static func data(_ bytes: NetlinkBytes) throws(NetlinkBytes.Malformed) -> NetlinkBytes {
        var walk = bytes
        while let (type, value) = try walk.next() { if type == 1 { return value } }
        throw .length
    }

    private static func detail(of element: NetlinkBytes) throws(NetlinkBytes.Malformed) -> Detail {
        var detail = Detail()
        var walk = element
        while let (type, value) = try walk.next() {
            switch type {
            case 2:
                do throws(ExpressionAttributes.NotUnderstood) {
                    switch try LiveData(value) {
                    case .value(let bytes): detail.data = bytes
                    case .verdict(let verdict): detail.verdict = verdict
                    }
                } catch { throw .length }
            case 4: detail.timeoutMilliseconds = try value.number(UInt64.self)
            case 5: detail.remainingMilliseconds = try value.number(UInt64.self)
            case 6: detail.comment = UserData.text(0, in: value)
            case 7: detail.expressions = [LiveExpression(value)]
            case 9: detail.object = value.name
            case 11: detail.expressions = LiveExpression.list(in: value)
            default: continue
            }
        }
        return detail
    }
}

extension LiveSet.Elements {
    /// Adds an element that was received. The keys are as long as the set's, or missing.
    mutating func append(_ key: NetlinkBytes?, end: NetlinkBytes?, flags: UInt8, detail: LiveSet.Detail?) {
        if end != nil, keyEnds.isEmpty { keyEnds = keys }
        if end != nil || !keyEnds.isEmpty { Self.append(end ?? key, to: &keyEnds, length: keyLength) }
        Self.append(key, to: &keys, length: keyLength)
        if let detail, !detail.isEmpty { details[self.flags.count] = detail }
        self.flags.append(flags)
    }

    private static func append(_ bytes: NetlinkBytes?, to array: inout [UInt8], length: Int) {
        if let bytes { return bytes.append(to: &array) }
        for _ in 0..<length { array.append(0) }
    }
}

/// What nft keeps for itself with rules, sets and elements (libnftnl's udata.h): type, length, bytes.
enum UserData {
    /// NFTNL_UDATA_RULE_COMMENT, and that of tables, objects and elements.
    static let comment: UInt8 = 0
    /// NFTNL_UDATA_SET_COMMENT.
    static let setComment: UInt8 = 7

    /// Returns the text of an entry; nil when there is none, or the bytes are none of nft's.
    static func text(_ type: UInt8, in bytes: NetlinkBytes) -> String? {
        var rest = bytes
        while let found = rest[0], let length = rest[1], let next = rest.dropping(2 + Int(length)) {
            if found == type { return rest.first(2 + Int(length))?.dropping(2)?.text }
            rest = next
        }
        return nil
    }
}
