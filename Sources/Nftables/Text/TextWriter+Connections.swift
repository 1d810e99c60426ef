/// What the gate says of connections and payloads, as nft lists it.
extension TextWriter {
    mutating func connection(_ statement: Statement) {
        switch statement {
        case .connectionDirection(let direction):
            write("ct direction ")
            number(direction.rawValue)
        case .destinationTranslated: write("ct status 0x20")
        case .connectionMark(let mask, let value): connectionMark(mask, value)
        case .setConnectionMark(let mask, let value): setConnectionMark(mask, value)
        case .connectionKnown(let key, let set, let negated):
            self.key(key)
            write(negated ? " != @" : " @")
            write(set)
        case .remember(let key, let set, let timeoutSeconds, let refreshes):
            write(refreshes ? "update @" : "add @")
            write(set)
            write(" { ")
            self.key(key)
            write(" timeout ")
            number(timeoutSeconds)
            write("s }")
        default: break
        }
    }

    /// nft lists a mask of leading bits as a prefix.
    private mutating func connectionMark(_ mask: UInt32, _ value: UInt32) {
        write("ct mark ")
        let prefix = (~mask).leadingZeroBitCount
        if mask == .max {
            hexadecimal(value)
        } else if mask == ~(UInt32.max >> UInt32(prefix)) {
            hexadecimal(value)
            write(UInt8(ascii: "/"))
            number(prefix)
        } else {
            write("& ")
            hexadecimal(mask)
            write(" == ")
            hexadecimal(value)
        }
    }

    /// nft shows the two operations that it makes of it.
    private mutating func setConnectionMark(_ mask: UInt32, _ value: UInt32) {
        write("ct mark set ct mark")
        if value != mask {
            write(" & ")
            hexadecimal(~mask | value)
        }
        if value != 0 {
            write(" | ")
            hexadecimal(value)
        }
    }

    private mutating func key(_ key: ConnectionKey) {
        switch key {
        case .client: write("ct id . tcp sport")
        case .server: write("ct id . tcp dport")
        case .clientSequence: write("ct id . tcp sport . tcp sequence")
        case .serverAcknowledges: write("ct id . tcp dport . tcp ackseq")
        }
    }

    /// Writes eight digits, as nft shows a mark.
    private mutating func hexadecimal(_ value: UInt32) {
        write("0x")
        for shift in stride(from: UInt32(28), through: 0, by: -4) { digit(UInt8(value >> shift & 0xf)) }
    }

    mutating func payload(_ match: PayloadMatch) {
        write("@ih,")
        number(match.offset * 8)
        write(UInt8(ascii: ","))
        number(match.bytes.count * 8)
        if let mask = match.mask {
            write(" & ")
            hexadecimal(mask)
            write(" ==")
        }
        write(UInt8(ascii: " "))
        hexadecimal(match.bytes)
    }

    /// Writes bytes as one number, without leading zeros.
    private mutating func hexadecimal(_ bytes: [UInt8]) {
        write("0x")
        var hasBegun = false
        for (index, digit) in bytes.flatMap({ [$0 >> 4, $0 & 0xf] }).enumerated() {
            hasBegun = hasBegun || digit != 0 || index == bytes.count * 2 - 1
            if hasBegun { self.digit(digit) }
        }
    }

    mutating func linkAddress(_ address: UInt64) {
        for shift in stride(from: UInt64(40), through: 0, by: -8) {
            let byte = UInt8(truncatingIfNeeded: address >> shift)
            digit(byte >> 4)
            digit(byte & 0xf)
            if shift > 0 { write(UInt8(ascii: ":")) }
        }
    }

    private mutating func digit(_ value: UInt8) {
        write(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
    }
}
