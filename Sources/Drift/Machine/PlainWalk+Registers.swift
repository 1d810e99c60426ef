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

    func byte(_ source: ByteSource) -> UInt8 {
        switch source {
        case .constant(let byte): return byte
        case .quantity(let quantity, let index):
            if case .atom(let atom) = quantity { return answer(atom) ? 1 : 0 }
            let count = (packet.context.resolved(quantity).width(for: packet.context.family) + 7) / 8
            return UInt8(truncatingIfNeeded: packet[quantity] >> UInt128((count - 1 - index) * 8))
        }
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

    mutating func write(_ register: LiveRegister, _ new: [UInt8], _ from: [Origin]) {
        var place = register.offset
        for byte in new where place < bytes.count {
            bytes[place] = byte
            place += 1
        }
        let end = min((register.offset + max(new.count, (from.count + 7) / 8) + 3) / 4 * 4, LiveRegister.byteCount)
        while origins.count < end * 8 { origins.append(nil) }
        for (offset, origin) in from.enumerated() where register.offset * 8 + offset < origins.count {
            origins[register.offset * 8 + offset] = origin
        }
        while place % 4 != 0 {
            bytes[place] = 0
            for bit in 0..<8 { origins[place * 8 + bit] = .constant(false) }
            place += 1
        }
    }

    func readOrigins(_ register: LiveRegister, _ count: Int) -> [Origin]? {
        guard count > 0, (register.offset + count) * 8 <= origins.count else { return nil }
        var found: [Origin] = []
        for origin in origins[register.offset * 8..<(register.offset + count) * 8] {
            guard let origin else { return nil }
            found.append(origin)
        }
        return found
    }

    func read(_ register: LiveRegister, _ count: Int) -> [UInt8]? {
        guard readOrigins(register, count) != nil else { return nil }
        return Array(bytes[register.offset..<register.offset + count])
    }

    func words(_ bits: [Origin]?) -> String {
        Origin.words(bits, width: { $0.width(for: packet.context.family) })
    }

    mutating func make(_ words: String, _ into: LiveRegister, bytes count: Int = 4) {
        let quantity = Quantity.made(words, width: count * 8)
        let sources = (0..<count).map { ByteSource.quantity(quantity, $0) }
        write(into, sources.map(byte), sources.flatMap(origin))
    }

    mutating func combine(
        _ from: LiveRegister, _ into: LiveRegister, _ length: Int, _ operation: LiveExpression.BitOperation
    ) {
        guard let value = read(from, length), let old = readOrigins(from, length) else {
            return make("bits of an empty register", into)
        }
        switch operation {
        case .mask(let mask, let xor):
            guard mask.count >= length, xor.count >= length else { return make("bits under a short mask", into) }
            var new: [Origin] = []
            for (place, origin) in old.enumerated() {
                let bit = UInt8(7 - place % 8)
                let isKept = mask[place / 8] >> bit & 1 == 1
                let isTurned = xor[place / 8] >> bit & 1 == 1
                if !isKept {
                    new.append(.constant(isTurned))
                } else if !isTurned {
                    new.append(origin)
                } else if case .constant(let isSet) = origin {
                    new.append(.constant(!isSet))
                } else {
                    new.append(.computed(0))
                }
            }
            write(into, (0..<length).map { value[$0] & mask[$0] ^ xor[$0] }, new)
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
