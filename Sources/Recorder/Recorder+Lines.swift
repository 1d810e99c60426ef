extension Recorder {
    /// Writes a record as a line.
    mutating func write(_ record: AccessRecord) {
        lines.append("{\"timestamp\":")
        lines.append(moment: record.time)
        lines.append(",\"action\":\"")
        lines.append(record.action.name)
        lines.append(UInt8(ascii: "\""))
        if let isDenied = record.isDenied {
            lines.append(isDenied ? ",\"verdict\":\"deny\"" : ",\"verdict\":\"allow\"")
        } else if let verdict = record.action.verdict {
            lines.append(",\"verdict\":\"")
            lines.append(verdict)
            lines.append(UInt8(ascii: "\""))
        }
        lines.append(identityTexts[record.identity], of: identityTexts.text)
        writeEnds(record)
        writePlace(record)
        if let direction = record.direction {
            lines.append(",\"direction\":\"")
            lines.append(direction.name)
            lines.append(UInt8(ascii: "\""))
        }
        if let user = record.user { lines.append(",\"uid\":", UInt64(user)) }
        writeMeasures(record)
        lines.append(ByteRange(start: 0, count: policyText.count), of: policyText)
        let epoch = record.epoch ?? context.epoch
        if epoch != 0 { lines.append(",\"epoch\":", UInt64(epoch)) }
        if let place = record.handshake, let handshakes {
            handshakeText.removeAll(keepingCapacity: true)
            handshakes.append(connection: place, to: &handshakeText)
            lines.append(ByteRange(start: 0, count: handshakeText.count), of: handshakeText)
        }
        finishLine()
    }

    /// Ends a line with its number.
    mutating func finishLine() {
        lines.append(",\"seq\":", sequence)
        lines.append(UInt8(ascii: "}"))
        lines.endLine()
        sequence &+= 1
        totals.lines &+= 1
    }

    private mutating func writeEnds(_ record: AccessRecord) {
        if record.tuple.source != .none || record.tuple.destination != .none {
            lines.append(",\"src_ip\":")
            lines.append(record.tuple.source)
            if record.hasPorts { lines.append(",\"src_port\":", UInt64(record.tuple.sourcePort)) }
            lines.append(",\"dest_ip\":")
            lines.append(record.tuple.destination)
            if record.hasPorts { lines.append(",\"dest_port\":", UInt64(record.tuple.destinationPort)) }
            lines.append(",\"protocol\":")
            lines.append(transport: record.tuple.transport)
        }
        if let fault = record.fault {
            lines.append(",\"malformed\":\"")
            lines.append(fault.name)
            lines.append(UInt8(ascii: "\""))
        }
    }

    /// Writes the port, the rule, the reason and the interface.
    private mutating func writePlace(_ record: AccessRecord) {
        if let prefix = record.prefix {
            let said = prefixes[prefix]
            lines.append(said.place, of: prefixes.text)
            if record.hasDetail { lines.append(said.detail, of: prefixes.text) }
        } else if record.port >= 0 {
            lines.append(",\"port\":\"")
            let name = context.ports.names[Int(record.port)]
            lines.append(ByteRange(start: 0, count: name.count), of: name)
            lines.append(UInt8(ascii: "\""))
        }
        if let reason = record.reason {
            lines.append(",\"reason\":\"")
            lines.append(reason)
            lines.append(UInt8(ascii: "\""))
        }
        write(interface: record.interface)
    }

    private mutating func write(interface number: UInt32) {
        var name = interfaces.name(of: number)
        guard name != 0 else { return }
        lines.append(",\"interface\":\"")
        while name != 0 {
            // Names of interfaces are of root's choice: what is not plain is told as a question mark.
            let byte = UInt8(truncatingIfNeeded: name >> 120)
            lines.append(byte > 32 && byte < 127 && byte != 34 && byte != 92 ? byte : 63)
            name <<= 8
        }
        lines.append(UInt8(ascii: "\""))
    }

    private mutating func writeMeasures(_ record: AccessRecord) {
        if let count = record.original {
            lines.append(",\"bytes_in\":", count.bytes)
            lines.append(",\"packets_in\":", count.packets)
        }
        if let count = record.reply {
            lines.append(",\"bytes_out\":", count.bytes)
            lines.append(",\"packets_out\":", count.packets)
        }
        if let start = record.start {
            lines.append(",\"start\":")
            lines.append(moment: start)
        }
        if let duration = record.duration {
            lines.append(",\"duration\":")
            lines.append(nanoseconds: duration)
        }
        if let state = record.state {
            lines.append(",\"conn_state\":\"")
            lines.append(state)
            lines.append(UInt8(ascii: "\""))
        }
        if record.suppressed > 0 {
            lines.append(",\"suppressed\":", record.suppressed)
            lines.append(",\"first\":")
            lines.append(moment: record.first)
            lines.append(",\"last\":")
            lines.append(moment: record.last)
        }
    }
}
