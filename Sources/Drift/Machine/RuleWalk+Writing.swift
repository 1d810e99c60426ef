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
            guard MetaLayout.isWritable(key), let width = MetaLayout.width(of: key), width % 8 == 0,
                let source = registers.read(from, bytes: width / 8)
            else { return }
            try set(.meta(key), Self.value(source, isBigEndian: MetaLayout.isBigEndian(key)))
        case .connectionWrite(let key, let direction, let from): try writeConnection(key, direction, from)
        case .notrack: try untrack()
        default: return
        }
    }

    /// A packet that conntrack knows already stays known.
    private mutating func untrack() throws {
        guard place.hookState.isBeforeConntrack else { return }
        let state = Quantity.connection(ConnectionKeyNumber.state.rawValue, nil)
        try set(state, (0..<32).map { .constant(0x40 >> UInt32(31 - $0) & 1 == 1) })
    }

    private mutating func writePayload(_ base: LivePayloadBase, _ offset: Int, _ source: [SymbolicBit]) throws {
        var changed: [(quantity: Quantity, bits: [SymbolicBit])] = []
        let load = variables.reading.payload(base, offset, source.count / 8)
        for (place, byte) in load.bytes.enumerated() {
            guard case .quantity(let quantity, let index) = byte else { continue }
            if changed.last?.quantity != quantity { changed.append((quantity, try bits(of: quantity))) }
            let last = changed.count - 1
            changed[last].bits.replaceSubrange(index * 8..<index * 8 + 8, with: source[place * 8..<place * 8 + 8])
        }
        for (quantity, bits) in changed { try set(quantity, bits) }
    }

    private mutating func writeConnection(_ key: UInt32, _ direction: UInt8?, _ from: LiveRegister) throws {
        guard let width = ConnectionLayout.width(of: key, family: variables.context.family),
            let source = registers.read(from, bytes: width / 8)
        else { return }
        try write(
            variables.reading.connectionQuantity(key, direction),
            Self.value(source, isBigEndian: ConnectionLayout.isBigEndian(key)))
    }

    /// Writes a quantity; one of a connection only where there is one.
    private mutating func write(_ quantity: Quantity, _ new: [SymbolicBit]) throws {
        guard case .connection(let key, _) = quantity, key != ConnectionKeyNumber.zone.rawValue else {
            return try set(quantity, new)
        }
        if place.hookState.isBeforeConntrack { return }
        try set(quantity, new, where: try tracked())
    }

    /// Turns a register's bytes into a value, most significant bit first.
    private static func value(_ bits: [SymbolicBit], isBigEndian: Bool) -> [SymbolicBit] {
        if isBigEndian { return bits }
        var value: [SymbolicBit] = []
        for byte in (0..<bits.count / 8).reversed() { value += bits[byte * 8..<byte * 8 + 8] }
        return value
    }

    // MARK: Translation

    /// Translates addresses and ports.
    mutating func translate(_ expression: LiveExpression) throws {
        let length = variables.context.family == .v4 ? 4 : 16
        switch expression {
        case .nat(1, _, let addressFrom, let addressTo, let portFrom, let portTo, let flags):
            try setTranslation(1)
            if let addressFrom {
                let isOne = addressTo == nil || addressTo == addressFrom || same(addressFrom, addressTo, length)
                try set(.destination, try target(isOne && flags & 0x40 == 0 ? addressFrom : nil, length, "address"))
            }
            if let portFrom {
                let isOne = portTo == nil || portTo == portFrom || same(portFrom, portTo, 2)
                try set(.destinationPort, try target(isOne ? portFrom : nil, 2, "port"))
            }
            try leave(.accept)
        case .redirect(let portFrom, let portTo, _):
            try setTranslation(2)
            try set(.destination, try hostAddress())
            if let portFrom {
                let isOne = portTo == nil || portTo == portFrom || same(portFrom, portTo, 2)
                try set(.destinationPort, try target(isOne ? portFrom : nil, 2, "port"))
            }
            try leave(.accept)
        case .transparentProxy:
            try require(ownAtom(.presence, "socket of a transparent proxy"))
            try note(.copy, "tproxy")
        default:
            try translateSource()
            try leave(.accept)
        }
    }

    /// The destination is translated, and conntrack says so.
    private mutating func setTranslation(_ value: Int) throws {
        try set(.translation, [.constant(value & 2 != 0), .constant(value & 1 != 0)])
        let status = Quantity.connection(ConnectionKeyNumber.status.rawValue, nil)
        var bits = try bits(of: status)
        bits[31 - ConnectionLayout.destinationTranslated] = .constant(true)
        try set(status, bits)
    }

    /// What a packet is redirected to: from outside an address of the interface that it came by, from this host itself loopback
    /// (nf_nat_redirect.c).
    private func hostAddress() throws -> [SymbolicBit] {
        let family = variables.context.family
        guard !isCollecting, variables.context.isLoopback else { return try bits(of: .hostAddress(family)) }
        let loopback = family.loopbackNumber
        let width = Quantity.destination.width(for: family)
        return (0..<width).map { .constant(loopback >> UInt128(width - 1 - $0) & 1 == 1) }
    }

    /// Most packets are not judged any more where their sources are translated: those are that come back to this host.
    private mutating func translateSource() throws {
        guard isCollecting || variables.context.isLoopback else { return }
        let length = variables.context.family == .v4 ? 4 : 16
        try set(.source, try target(nil, length, "source"))
        try set(.sourcePort, try target(nil, 2, "source port"))
    }

    private func same(_ one: LiveRegister, _ other: LiveRegister?, _ length: Int) -> Bool {
        guard let other, let first = registers.read(one, bytes: length) else { return false }
        return registers.read(other, bytes: length) == first
    }

    /// What a register says, or something that nobody knows beforehand.
    private func target(_ register: LiveRegister?, _ length: Int, _ what: String) throws -> [SymbolicBit] {
        if let bits = register.flatMap({ registers.read($0, bytes: length) }) { return bits }
        return try bits(of: .made("translated \(what) (\(occurrence))", width: length * 8))
    }

    // MARK: xtables

    /// A match of xtables: a comment matches everything, anything else is not modelled.
    mutating func match(_ name: String, _ revision: UInt32, _ info: [UInt8]) throws {
        if name == "comment" { return }
        try require(ownAtom(.foreign, "xt match \(name) revision \(revision) \(Self.digest(info))"))
    }

    /// A target of xtables.
    mutating func target(_ name: String, _ revision: UInt32, _ info: [UInt8]) throws {
        let words = "xt target \(name) revision \(revision) \(Self.digest(info))"
        switch CompatTarget(name, revision, info, variables.context.family) {
        case .log: try note(.log, words)
        case .passes: try note(.object, words)
        case .reject: try leave(.reject(words))
        case .sourceTranslation:
            try translateSource()
            try leave(.accept)
        case .destinationTranslation(let isRedirect, let address, let port):
            try setTranslation(isRedirect ? 2 : 1)
            if isRedirect {
                try set(.destination, try hostAddress())
            } else {
                try aim(.destination, address, variables.context.family == .v4 ? 4 : 16, "address")
            }
            try aim(.destinationPort, port, 2, "port")
            try leave(.accept)
        case .bits(let quantity, let clear, let turn):
            let old = try bits(of: quantity)
            var new: [SymbolicBit] = []
            for (place, bit) in old.enumerated() {
                let mask = UInt32(1) << UInt32(31 - place)
                let isTurned = turn & mask != 0
                new.append(clear & mask != 0 ? .constant(isTurned) : try turned(bit, isTurned))
            }
            try write(quantity, new)
            try note(.object, words)
        case .value(let quantity):
            let width = quantity.width(for: variables.context.family)
            try write(quantity, try bits(of: .made("\(words) (\(occurrence))", width: width)))
            try note(.object, words)
        case .notrack: try untrack()
        case .unknown: try leaveUnknown(words)
        }
    }

    private mutating func aim(_ quantity: Quantity, _ aim: CompatTarget.Aim, _ length: Int, _ what: String) throws {
        switch aim {
        case .kept: return
        case .fixed(let bytes): try set(quantity, bytes.flatMap(Self.constants))
        case .unknown: try set(quantity, try target(nil, length, what))
        }
    }

    /// Something that is not known: for some packets it may do nothing, for some it may decide.
    mutating func leaveUnknown(_ words: String) throws {
        let atom = ownAtom(.foreign, "\(words) lets go on")
        try leave(with: Summary(exits: [.elsewhere(words): .everything]), where: !(try node(atom)))
        try require(atom)
    }
}
