/// What nested NFTA_DATA attributes hold.
enum LiveData {
    /// NFTA_DATA_VALUE, 1 to 64 bytes.
    case value([UInt8])
    /// NFTA_DATA_VERDICT.
    case verdict(LiveVerdict)

    /// Reads exactly one of them.
    init(_ bytes: NetlinkBytes) throws(ExpressionAttributes.NotUnderstood) {
        var attributes = try ExpressionAttributes(bytes)
        if let value = try attributes.optional(1) {
            guard (1...LiveRegister.byteCount).contains(value.count) else { throw .init() }
            self = .value(value.copied)
        } else {
            self = .verdict(try LiveVerdict(try attributes.value(2)))
        }
        try attributes.finish()
    }
}

extension LiveVerdict {
    /// Reads the attributes of NFTA_DATA_VERDICT (enum nft_verdict_attributes).
    init(_ bytes: NetlinkBytes) throws(ExpressionAttributes.NotUnderstood) {
        var attributes = try ExpressionAttributes(bytes)
        let code = try attributes.number(1, Int32.self)
        switch code {
        case -3: self = .jump(try Self.chain(&attributes))
        case -4: self = .goto(try Self.chain(&attributes))
        case 0: self = .drop
        case 1: self = .accept
        case 2: self = .stolen
        case -1: self = .continue
        case -2: self = .break
        case -5: self = .return
        // NF_QUEUE with the queue's number in the upper half.
        case 3... where code & 0xff == 3: self = .queue(UInt32(bitPattern: code))
        default: self = .unknown(code)
        }
        try attributes.finish()
    }

    /// Reads where a jump leads: to a name, or to the identifier of a chain that has none.
    private static func chain(
        _ attributes: inout ExpressionAttributes
    ) throws(ExpressionAttributes.NotUnderstood) -> String {
        let identifier = try attributes.optionalNumber(3, UInt32.self)
        if let name = try attributes.optional(2) { return name.name }
        guard let identifier else { throw .init() }
        return "chain id \(identifier)"
    }
}
