import Nftables

extension PlainWalk {
    // MARK: Loads

    func holds(_ condition: LoadCondition) -> Bool {
        switch condition {
        case .never: return false
        case .atom(let atom): return answer(atom)
        case .tracked:
            let state = packet[.connection(ConnectionKeyNumber.state.rawValue, nil)]
            return state != 1 && state != 0x40
        case .atLeast(let quantity, let least): return packet[quantity] >= least
        case .among(let quantity, let values): return values.contains(packet[quantity])
        case .segmentOrLength(let least): return packet[.transport] == 6 || packet[.transportLength] >= least
        }
    }

    /// A quantity's value in the packet, and how many bytes it has.
    private func number(_ quantity: Quantity) -> (value: UInt128, count: Int) {
        let quantity = packet.context.resolved(quantity)
        return (packet[quantity], (quantity.width(for: packet.context.family) + 7) / 8)
    }

    func origin(_ source: ByteSource) -> [Origin] {
        switch source {
        case .constant(let byte): return (0..<8).map { .constant(byte >> UInt8(7 - $0) & 1 == 1) }
        case .quantity(let quantity, let index):
            let quantity = packet.context.resolved(quantity)
            let width = quantity.width(for: packet.context.family)
            let missing = max(0, 8 - width)
            // The bits of this byte alone: names have sixteen of them.
            let places = min(index * 8, width)..<min(index * 8 + 8 - missing, width)
            let bits: [Origin]
            if let written = written[quantity] {
                bits = Array(written.dropFirst(places.lowerBound).prefix(places.count))
            } else if let constant = packet.context.constant(of: quantity), packet.values[quantity] == nil {
                bits = places.map { .constant(constant >> UInt128(width - 1 - $0) & 1 == 1) }
            } else {
                bits = places.map { .quantity(quantity, $0) }
            }
            return missing == 0 ? bits : Array(repeating: .constant(false), count: missing) + bits
        }
    }

    // MARK: Registers

    /// Returns the bytes of the packet that sources name.
    func bytes(of sources: [ByteSource]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(sources.count)
        var last: (quantity: Quantity, value: UInt128, count: Int)?
        for source in sources {
            switch source {
            case .constant(let byte): bytes.append(byte)
            case .quantity(.atom(let atom), _): bytes.append(answer(atom) ? 1 : 0)
            case .quantity(let quantity, let index):
                if last?.quantity != quantity {
                    let (value, count) = number(quantity)
                    last = (quantity, value, count)
                }
                guard let last else { continue }
                bytes.append(UInt8(truncatingIfNeeded: last.value >> UInt128((last.count - 1 - index) * 8)))
            }
        }
        return bytes
    }

    mutating func write(_ register: LiveRegister, _ new: [UInt8], _ from: [Origin]) {
        registers.write(register, new) { .bits(Array(from[$0 * 8..<$0 * 8 + 8])) }
    }

    func readOrigins(_ register: LiveRegister, _ count: Int) -> [Origin]? {
        registers.origins(register, count)?.flatMap { origins(of: $0) }
    }

    /// The bits from which a register's byte comes.
    func origins(of byte: PlainRegisters.Byte) -> [Origin] {
        switch byte {
        case .zero: Array(repeating: .constant(false), count: 8)
        case .loaded(let number, let place): origin(machine.program.loads[number].bytes[place])
        case .masked(let number, let place, let mask, let xor):
            Self.masked(origin(machine.program.loads[number].bytes[place]), mask, xor)
        case .bits(let bits): bits
        }
    }

    func read(_ register: LiveRegister, _ count: Int) -> [UInt8]? { registers.read(register, count).map(Array.init) }

    func words(_ bits: [Origin]?) -> String {
        Origin.words(bits, width: { $0.width(for: packet.context.family) })
    }

    mutating func make(_ words: String, _ into: LiveRegister, bytes count: Int = 4) {
        let quantity = Quantity.made(words, width: count * 8)
        let sources = (0..<count).map { ByteSource.quantity(quantity, $0) }
        write(into, bytes(of: sources), sources.flatMap(origin))
    }

    mutating func combine(
        _ from: LiveRegister, _ into: LiveRegister, _ length: Int, _ operation: LiveExpression.BitOperation
    ) {
        guard let value = read(from, length), let made = registers.origins(from, length) else {
            return make("bits of an empty register", into)
        }
        if case .mask(let mask, let xor) = operation {
            guard mask.count >= length, xor.count >= length else { return make("bits under a short mask", into) }
            let new = zip(made, zip(mask, xor)).map { byte, masks -> PlainRegisters.Byte in
                if case .loaded(let number, let place) = byte {
                    return .masked(number, place, mask: masks.0, xor: masks.1)
                }
                return .bits(Self.masked(origins(of: byte), masks.0, masks.1))
            }
            return registers.write(into, (0..<length).map { value[$0] & mask[$0] ^ xor[$0] }) { new[$0] }
        }
        let old = made.flatMap { origins(of: $0) }
        switch operation {
        case .mask: return
        case .shiftLeft(let count): shift(value, old, by: Int(min(count, 512)), into)
        case .shiftRight(let count): shift(value, old, by: -Int(min(count, 512)), into)
        case .registers(let operation, let second):
            guard let other = read(second, length) else { return make("bits of an empty register", into) }
            let result = zip(value, other).map { one, two in
                operation == 3 ? one & two : operation == 4 ? one | two : one ^ two
            }
            write(into, result, Array(repeating: .computed(0), count: length * 8))
        }
    }

    /// The bits of a byte of which some are kept and some are turned.
    private static func masked(_ bits: [Origin], _ mask: UInt8, _ xor: UInt8) -> [Origin] {
        bits.enumerated().map { place, origin in
            let bit = UInt8(7 - place)
            let isTurned = xor >> bit & 1 == 1
            if mask >> bit & 1 == 0 { return .constant(isTurned) }
            guard isTurned else { return origin }
            if case .constant(let isSet) = origin { return .constant(!isSet) }
            return .computed(0)
        }
    }

    /// Shifts words of 32 bits in host order, the first being the highest.
    mutating func shift(_ value: [UInt8], _ old: [Origin], by count: Int, _ into: LiveRegister) {
        let length = value.count
        let whole = (length + 3) / 4 * 4
        let padded = value + Array(repeating: 0, count: whole - length)
        let words = old + Array(repeating: Origin.constant(false), count: (whole - length) * 8)
        // The place of the bits, the highest of the number first.
        let order = (0..<whole * 8).map { $0 / 32 * 32 + (3 - $0 % 32 / 8) * 8 + $0 % 8 }
        var result = [UInt8](repeating: 0, count: whole)
        var new = [Origin](repeating: .constant(false), count: whole * 8)
        for (place, target) in order.enumerated() where order.indices.contains(place + count) {
            let source = order[place + count]
            if padded[source / 8] >> UInt8(7 - source % 8) & 1 == 1 { result[target / 8] |= 1 << UInt8(7 - target % 8) }
            new[target] = words[source]
        }
        write(into, Array(result.prefix(length)), Array(new.prefix(length * 8)))
    }

    mutating func turn(_ from: LiveRegister, _ into: LiveRegister, _ size: Int, _ length: Int) {
        guard size > 0, let value = read(from, length), let old = readOrigins(from, length) else {
            return make("bytes of an empty register", into)
        }
        var result: [UInt8] = []
        var new: [Origin] = []
        for start in stride(from: 0, to: length, by: size) {
            for byte in (start..<min(start + size, length)).reversed() {
                result.append(value[byte])
                new += old[byte * 8..<byte * 8 + 8]
            }
        }
        write(into, result, new)
    }
}
