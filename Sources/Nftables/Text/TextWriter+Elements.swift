extension TextWriter {
    /// Separates two elements as nft lists them.
    mutating func separateElements() { write(",\n\t\t\t     ") }

    mutating func elements(_ ranges: [Range32]) {
        for (index, range) in ranges.enumerated() {
            if index > 0 { if index & 1 == 1 { write(", ") } else { separateElements() } }
            ipv4(range.first)
            let size = range.last - range.first
            if size == 0 { continue }
            if size & (size &+ 1) == 0, range.first & size == 0 {
                write(UInt8(ascii: "/"))
                number(UInt64(size.leadingZeroBitCount))
            } else {
                write(UInt8(ascii: "-"))
                ipv4(range.last)
            }
        }
    }

    mutating func elements(_ ranges: [Range128]) {
        for (index, range) in ranges.enumerated() {
            if index > 0 { separateElements() }
            ipv6(range.first)
            let size = range.last - range.first
            if size == 0 { continue }
            if size & (size &+ 1) == 0, range.first & size == 0 {
                write(UInt8(ascii: "/"))
                number(UInt64(size.leadingZeroBitCount))
            } else {
                write(UInt8(ascii: "-"))
                ipv6(range.last)
            }
        }
    }

    mutating func elements(_ ranges: [RangeTime]) {
        for (index, range) in ranges.enumerated() {
            if index > 0 { separateElements() }
            number(range.first)
            if range.last == range.first { continue }
            write(UInt8(ascii: "-"))
            number(range.last)
        }
    }

    mutating func elements(_ elements: [VerdictMap.Element]) {
        for (index, element) in elements.enumerated() {
            if index > 0 { separateElements() }
            number(element.transport)
            write(" . ")
            number(element.first)
            if element.last != element.first {
                write(UInt8(ascii: "-"))
                number(element.last)
            }
            write(" : ")
            verdict(element.verdict)
        }
    }

    mutating func verdict(_ verdict: Verdict) {
        switch verdict {
        case .accept: write("accept")
        case .drop: write("drop")
        case .return: write("return")
        case .jump(let chain):
            write("jump ")
            write(chain)
        case .goto(let chain):
            write("goto ")
            write(chain)
        }
    }
}
