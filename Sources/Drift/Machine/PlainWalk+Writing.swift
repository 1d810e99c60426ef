import Nftables

extension PlainWalk {
    mutating func set(_ quantity: Quantity, _ value: UInt128, _ from: [Origin]) {
        packet[quantity] = value
        written[packet.context.resolved(quantity)] = from
    }

    mutating func write(_ expression: LiveExpression) {
        settle()
        let reading = PacketReading(context: packet.context)
        switch expression {
        case .payloadWrite(let base, let offset, let length, let from, _, _, _):
            guard let value = read(from, length), let new = readOrigins(from, length) else { return }
            act("payload set")
            for (place, source) in reading.payload(base, offset, length).bytes.enumerated() {
                guard case .quantity(let quantity, let index) = source else { continue }
                let width = quantity.width(for: packet.context.family)
                let shift = UInt128(width - 8 - index * 8)
                let number = packet[quantity] & ~(UInt128(0xff) << shift) | UInt128(value[place]) << shift
                var origins = (0..<width / 8).flatMap { origin(.quantity(quantity, $0)) }
                origins.replaceSubrange(index * 8..<index * 8 + 8, with: new[place * 8..<place * 8 + 8])
                set(quantity, number, origins)
            }
        case .extensionHeaderWrite(let operation, let type, let offset, let length, let from):
            guard let from else {
                set(.atom(Atom(.presence, "\(PacketReading.optionName(operation)) \(type)")), 0, [.constant(false)])
                return
            }
            guard let value = read(from, length), let new = readOrigins(from, length), length <= 16 else { return }
            set(
                .option(operation: operation, type: type, offset: offset, length: length),
                SetContents.number(value[...]),
                new)
        case .metaWrite(let key, let from):
            guard MetaLayout.isWritable(key), let width = MetaLayout.width(of: key), width % 8 == 0 else { return }
            store(.meta(key), from, width / 8, isBigEndian: MetaLayout.isBigEndian(key))
        case .connectionWrite(let key, let direction, let from):
            guard let width = ConnectionLayout.width(of: key, family: packet.context.family) else { return }
            store(
                reading.connectionQuantity(key, direction), from, width / 8,
                isBigEndian: ConnectionLayout.isBigEndian(key))
        case .notrack: untrack()
        default: return
        }
    }

    private mutating func untrack() {
        guard hookState.isBeforeConntrack else { return }
        act("notrack")
        packet[.connection(ConnectionKeyNumber.state.rawValue, nil)] = 0x40
    }

    /// What a connection has is written where there is one.
    private func canWrite(_ quantity: Quantity) -> Bool {
        guard case .connection(let key, _) = quantity, key != ConnectionKeyNumber.zone.rawValue else { return true }
        return !hookState.isBeforeConntrack && holds(.tracked)
    }

    mutating func store(_ quantity: Quantity, _ from: LiveRegister, _ count: Int, isBigEndian: Bool) {
        guard canWrite(quantity), let value = read(from, count), let new = readOrigins(from, count) else { return }
        let order = isBigEndian ? Array(0..<count) : (0..<count).reversed()
        act("\(quantity.name) set")
        set(quantity, SetContents.number(order.map { value[$0] }[...]), order.flatMap { new[$0 * 8..<$0 * 8 + 8] })
    }

    mutating func translate(_ expression: LiveExpression) -> Exit {
        settle()
        let length = packet.context.family == .v4 ? 4 : 16
        switch expression {
        case .nat(1, _, let addressFrom, let addressTo, let portFrom, let portTo, let flags):
            setTranslation(1)
            if let addressFrom {
                let isOne = addressTo.map { read($0, length) == read(addressFrom, length) } ?? true
                aim(.destination, isOne && flags & 0x40 == 0 ? addressFrom : nil, length, "address")
            }
            if let portFrom {
                let isOne = portTo.map { read($0, 2) == read(portFrom, 2) } ?? true
                aim(.destinationPort, isOne ? portFrom : nil, 2, "port")
            }
            return end("dnat", .accept)
        case .redirect(let portFrom, let portTo, _):
            setTranslation(2)
            packet[.destination] = hostAddress
            if let portFrom {
                let isOne = portTo.map { read($0, 2) == read(portFrom, 2) } ?? true
                aim(.destinationPort, isOne ? portFrom : nil, 2, "port")
            }
            return end("redirect", .accept)
        default:
            translateSource()
            return end("snat", .accept)
        }
    }

    private mutating func setTranslation(_ value: UInt128) {
        packet[.translation] = value
        let status = Quantity.connection(ConnectionKeyNumber.status.rawValue, nil)
        packet[status] |= 1 << UInt128(ConnectionLayout.destinationTranslated)
    }

    private var hostAddress: UInt128 {
        let family = packet.context.family
        return packet.context.isLoopback ? family.loopbackNumber : packet[.hostAddress(family)]
    }

    private mutating func translateSource() {
        guard packet.context.isLoopback else { return }
        aim(.source, nil, packet.context.family == .v4 ? 4 : 16, "source")
        aim(.sourcePort, nil, 2, "source port")
    }

    mutating func aim(_ quantity: Quantity, _ register: LiveRegister?, _ length: Int, _ what: String) {
        if let value = register.flatMap({ read($0, length) }) {
            packet[quantity] = SetContents.number(value[...])
        } else {
            packet[quantity] = packet[.made("translated \(what) (\(occurrence))", width: length * 8)]
        }
    }

    mutating func target(_ name: String, _ revision: UInt32, _ info: [UInt8]) -> Exit? {
        settle()
        let words = "xt target \(name) revision \(revision) \(RuleWalk.digest(info))"
        switch CompatTarget(name, revision, info, packet.context.family) {
        case .log, .passes: act(words)
        case .reject: return end(words, .reject(words))
        case .sourceTranslation:
            translateSource()
            return end(words, .accept)
        case .destinationTranslation(let isRedirect, let address, let port):
            setTranslation(isRedirect ? 2 : 1)
            if isRedirect {
                packet[.destination] = hostAddress
            } else {
                aim(.destination, address, packet.context.family == .v4 ? 4 : 16, "address")
            }
            aim(.destinationPort, port, 2, "port")
            return end(words, .accept)
        case .bits(let quantity, let clear, let turn):
            act("\(words) set")
            if canWrite(quantity) { packet[quantity] = packet[quantity] & ~UInt128(clear) ^ UInt128(turn) }
        case .value(let quantity):
            act("\(words) set")
            let width = quantity.width(for: packet.context.family)
            if canWrite(quantity) { packet[quantity] = packet[.made("\(words) (\(occurrence))", width: width)] }
        case .notrack: untrack()
        case .unknown: return endUnknown(words)
        }
        return nil
    }

    private mutating func aim(_ quantity: Quantity, _ aim: CompatTarget.Aim, _ length: Int, _ what: String) {
        switch aim {
        case .kept: return
        case .fixed(let bytes): packet[quantity] = SetContents.number(bytes[...])
        case .unknown: self.aim(quantity, nil, length, what)
        }
    }
}
