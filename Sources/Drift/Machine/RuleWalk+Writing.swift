import Nftables
import PacketSpace

extension RuleWalk {
    /// Writes to the packet, or to what is known of it.
    mutating func writePacket(_ expression: LiveExpression) throws {
        switch expression {
        case .payloadWrite(let base, let offset, let length, let from, _, _, _):
            guard let source = registers.read(from, bytes: length) else { return }
            try writePayload(base, offset, source)
        case .extensionHeaderWrite(let operation, let type, let offset, let length, let from):
            guard let from else {
                try set(.atom(Atom(.presence, "\(PacketReading.optionName(operation)) \(type)")), [.constant(false)])
                return
            }
            guard let source = registers.read(from, bytes: length) else { return }
            try set(.option(operation: operation, type: type, offset: offset, length: length), source)
        case .metaWrite(let key, let from):
            // The trace bit decides nothing.
            guard key != MetaKey.trace.rawValue, let width = MetaLayout.width(of: key), width % 8 == 0,
                let source = registers.read(from, bytes: width / 8)
            else { return }
            try set(.meta(key), Self.value(source, isBigEndian: MetaLayout.isBigEndian(key)))
        case .connectionWrite(let key, let direction, let from): try writeConnection(key, direction, from)
        case .notrack:
            // A packet that conntrack knows already stays known.
            guard place.isBeforeConntrack else { return }
            let state = Quantity.connection(ConnectionKeyNumber.state.rawValue, nil)
            try set(state, (0..<32).map { .constant(0x40 >> UInt32(31 - $0) & 1 == 1) })
        default: return
        }
    }

    private mutating func writePayload(_ base: LivePayloadBase, _ offset: Int, _ source: [SymbolicBit]) throws {
        var changed: [(quantity: Quantity, bits: [SymbolicBit])] = []
        let load = variables.reading.payload(base, offset, source.count / 8)
        for (place, byte) in load.bytes.enumerated() {
            guard case .quantity(let quantity, let index) = byte else { continue }
            if changed.last?.quantity != quantity { changed.append((quantity, bits(of: quantity))) }
            let last = changed.count - 1
            changed[last].bits.replaceSubrange(index * 8..<index * 8 + 8, with: source[place * 8..<place * 8 + 8])
        }
        for (quantity, bits) in changed { try set(quantity, bits) }
    }

    /// Without a connection nothing is written.
    private mutating func writeConnection(_ key: UInt32, _ direction: UInt8?, _ from: LiveRegister) throws {
        guard !place.isBeforeConntrack, let width = ConnectionLayout.width(of: key, family: variables.context.family),
            let source = registers.read(from, bytes: width / 8)
        else { return }
        let quantity = variables.reading.connectionQuantity(key, direction)
        let new = Self.value(source, isBigEndian: ConnectionLayout.isBigEndian(key))
        let tracked = try tracked()
        let old = bits(of: quantity)
        if isCollecting || tracked.isFull { return try set(quantity, new) }
        var mixed: [SymbolicBit] = []
        for (one, two) in zip(new, old) {
            mixed.append(
                one == two ? one : .node(try space.ifThenElse(tracked, try tests.node(one), try tests.node(two))))
        }
        try set(quantity, mixed)
    }

    /// Turns a register's bytes into a value, most significant bit first.
    private static func value(_ bits: [SymbolicBit], isBigEndian: Bool) -> [SymbolicBit] {
        if isBigEndian { return bits }
        var value: [SymbolicBit] = []
        for byte in (0..<bits.count / 8).reversed() { value += bits[byte * 8..<byte * 8 + 8] }
        return value
    }

    // MARK: Translation

    /// Translates addresses and ports. Translations of the source come where nothing is decided any more and are left out.
    mutating func translate(_ expression: LiveExpression) throws {
        switch expression {
        case .nat(1, _, let addressFrom, let addressTo, let portFrom, let portTo, let flags):
            try setTranslation(1)
            let length = variables.context.family == .v4 ? 4 : 16
            if let addressFrom {
                let isOne = addressTo == nil || addressTo == addressFrom || same(addressFrom, addressTo, length)
                try set(.destination, target(isOne && flags & 0x40 == 0 ? addressFrom : nil, length, "address"))
            }
            if let portFrom {
                let isOne = portTo == nil || portTo == portFrom || same(portFrom, portTo, 2)
                try set(.destinationPort, target(isOne ? portFrom : nil, 2, "port"))
            }
            try leave(.accept)
        case .redirect(let portFrom, let portTo, _):
            try setTranslation(2)
            if let portFrom {
                let isOne = portTo == nil || portTo == portFrom || same(portFrom, portTo, 2)
                try set(.destinationPort, target(isOne ? portFrom : nil, 2, "port"))
            }
            try leave(.accept)
        case .transparentProxy:
            try require(ownAtom(.presence, "socket of a transparent proxy"))
            try note(.copy, "tproxy")
        default: try leave(.accept)
        }
    }

    private mutating func setTranslation(_ value: Int) throws {
        try set(.translation, [.constant(value & 2 != 0), .constant(value & 1 != 0)])
    }

    private func same(_ one: LiveRegister, _ other: LiveRegister?, _ length: Int) -> Bool {
        guard let other, let first = registers.read(one, bytes: length) else { return false }
        return registers.read(other, bytes: length) == first
    }

    /// What a register says, or something that nobody knows beforehand.
    private func target(_ register: LiveRegister?, _ length: Int, _ what: String) -> [SymbolicBit] {
        if let bits = register.flatMap({ registers.read($0, bytes: length) }) { return bits }
        return bits(of: .made("translated \(what) (\(occurrence))", width: length * 8))
    }

    // MARK: xtables

    /// A match of xtables: a comment matches everything, anything else is not modelled.
    mutating func match(_ name: String, _ revision: UInt32, _ info: [UInt8]) throws {
        if name == "comment" { return }
        try require(ownAtom(.foreign, "xt match \(name) revision \(revision) \(Self.digest(info))"))
    }

    /// A target of xtables. Those whose verdict is known have it; of any other it is not known whether packets go on.
    mutating func target(_ name: String, _ revision: UInt32, _ info: [UInt8]) throws {
        let words = "xt target \(name) revision \(revision) \(Self.digest(info))"
        switch name {
        case "LOG", "NFLOG", "ULOG", "AUDIT": try note(.log, words)
        case "TCPMSS", "TCPOPTSTRIP", "CLASSIFY", "CHECKSUM", "LED", "IDLETIMER", "RATEEST", "TRACE", "CT":
            try note(.object, words)
        case "REJECT": try leave(.reject(words))
        case "MASQUERADE", "SNAT", "NETMAP": try leave(.accept)
        case "DNAT":
            try setTranslation(1)
            try leave(.accept)
        case "REDIRECT":
            try setTranslation(2)
            try leave(.accept)
        default:
            let atom = ownAtom(.foreign, "\(words) lets go on")
            try leave(with: Summary(exits: [.elsewhere(words): .everything]), where: !(try node(atom)))
            try require(atom)
        }
    }
}
