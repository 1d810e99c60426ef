extension TableScanner {
    /// Reads an IPv4 address of four decimal octets.
    mutating func ipv4() -> UInt32? {
        var address: UInt32 = 0
        for index in 0..<4 {
            if index > 0, !take(UInt8(ascii: ".")) { return nil }
            var octet: UInt32 = 0
            let start = position
            while true {
                let digit = byte &- UInt8(ascii: "0")
                guard digit <= 9 else { break }
                if position - start == 3 || (octet == 0 && position > start) { return nil }
                octet = octet * 10 + UInt32(digit)
                position += 1
            }
            if position == start || octet > 255 { return nil }
            address = address << 8 | octet
        }
        return address
    }

    /// Reads an IPv6 address as inet_ntop(3) writes it, with `::` and a dotted quad at the end where it likes one.
    mutating func ipv6() -> UInt128? {
        var head: UInt128 = 0
        var headCount = 0
        var tail: UInt128 = 0
        var tailCount = 0
        var hasGap = false
        if take("::") { hasGap = true }
        while true {
            let start = position
            if let group = ipv6Group() {
                if byte == UInt8(ascii: ".") {
                    position = start
                    guard let quad = ipv4() else { return nil }
                    if hasGap {
                        (tail, tailCount) = (tail << 32 | UInt128(quad), tailCount + 2)
                    } else {
                        (head, headCount) = (head << 32 | UInt128(quad), headCount + 2)
                    }
                    break
                }
                if hasGap {
                    (tail, tailCount) = (tail << 16 | UInt128(group), tailCount + 1)
                } else {
                    (head, headCount) = (head << 16 | UInt128(group), headCount + 1)
                }
                if headCount + tailCount > 8 { return nil }
            } else if !(hasGap && headCount + tailCount <= 7 && tailCount == 0) {
                return nil
            } else {
                break
            }
            guard byte == UInt8(ascii: ":") else { break }
            position += 1
            if byte == UInt8(ascii: ":") {
                if hasGap { return nil }
                position += 1
                hasGap = true
            } else if Self.hexDigit(byte) == nil {
                return nil
            }
        }
        let count = headCount + tailCount
        guard hasGap ? count <= 7 : count == 8 else { return nil }
        guard headCount > 0 else { return tail }
        return head << UInt128((8 - headCount) * 16) | tail
    }

    private mutating func ipv6Group() -> UInt16? {
        let start = position
        var value: UInt16 = 0
        while position - start < 4, let digit = Self.hexDigit(byte) {
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return position == start ? nil : value
    }

    /// Reads whole seconds since the epoch, or the UTC time that nft lists for them: `"2023-11-14 22:13:20"`.
    mutating func seconds() -> Int64? {
        guard take(UInt8(ascii: "\"")) else { return number() }
        guard let year = digits(4), take(UInt8(ascii: "-")), let month = digits(2), take(UInt8(ascii: "-")),
            let day = digits(2), take(UInt8(ascii: " ")), let hour = digits(2), take(UInt8(ascii: ":")),
            let minute = digits(2), take(UInt8(ascii: ":")), let second = digits(2), take(UInt8(ascii: "\""))
        else { return nil }
        guard year >= 1970, (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day), hour < 24,
            minute < 60, second < 60
        else { return nil }
        return ((Self.daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    }

    private mutating func digits(_ count: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<count {
            let digit = byte &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + Int64(digit)
            position += 1
        }
        return value
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Counts days in the Gregorian calendar from 1970-01-01, with years that begin in March so that a leap day is the last.
    private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}
