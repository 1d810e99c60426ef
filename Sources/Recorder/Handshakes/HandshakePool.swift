import Handshake
public import Policy

/// The handshakes that are being read, a bounded number: who has no room pushes out the one that began first.
public final class HandshakePool: HandshakeObserver {
    private struct Reading {
        var reader: HandshakeReader
        let number: UInt64
        /// When it began, in nanoseconds of the boot's clock.
        let begun: Int64
        /// Whether nothing more is wanted: a failure was told, or everything is known.
        var isOver = false
        /// Whether something is known that was not asked for.
        var isUntold = false
    }

    private var readings: [Int: Reading] = [:]
    /// Connections in the order in which they began, those that are forgotten among them.
    private var order: [(connection: Int, number: UInt64)] = []
    /// Connections of which something is untold, in about the order in which they began.
    private var waiting: [(connection: Int, number: UInt64)] = []
    private var next: UInt64 = 0
    private var declared: [[DeclaredRequest]] = []
    private let capacity: Int

    /// Makes a pool for so many handshakes at once, each of at most 80 KiB.
    public init(capacity: Int = 1_024) { self.capacity = max(1, capacity) }

    /// Takes what the ports of a policy declare, in their order.
    public func replace(_ ports: [Port]) { declared = ports.map { Self.declared($0) } }

    /// What may be spoken on a port: nothing is a surprise where some rule takes everything.
    static func declared(_ port: Port) -> [DeclaredRequest] {
        var found: [DeclaredRequest] = []
        for rule in port.rules {
            guard case .only(let requests) = rule.requests else { return [.any] }
            found += requests.map { declared($0) }
        }
        return found
    }

    private static func declared(_ request: RequestType) -> DeclaredRequest {
        switch request {
        case .any: .any
        case .tls, .tls12: .known(.tls)
        case .http: .known(.http)
        case .ssh: .known(.ssh)
        case .postgresql, .postgresqlTLS: .known(.postgresql)
        case .redis: .known(.redis)
        case .dns: .known(.dns)
        case .signature: .signature
        }
    }

    /// Takes a segment's payload.
    public func take(_ segment: HandshakeSegment, payload: RawSpan) -> HandshakeProgress {
        guard segment.transport == 6 || segment.transport == 17 else { return .nothing }
        var reading = readings[segment.connection] ?? begin(segment)
        guard !reading.isOver else { return .nothing }
        let bytes = payload.withUnsafeBytes { Array($0) }
        let before = reading.reader.facts
        reading.reader.take(segment.isFromClient ? .client : .server, sequence: segment.sequence, payload: bytes)
        let facts = reading.reader.facts
        let isKnown = facts.recognised != nil
        let progress: HandshakeProgress =
            if facts.tls?.alert != nil { .failed } else if facts.unexpected != nil {
                .unexpected
            } else if !isKnown { .more } else if reading.reader.isFinished { .complete } else { .facts }
        reading.isOver = progress == .failed || progress == .unexpected || reading.reader.isFinished
        if isKnown, facts != before, !reading.isUntold {
            reading.isUntold = true
            waiting.append((segment.connection, reading.number))
        }
        readings[segment.connection] = reading
        return progress
    }

    /// Takes out a connection of which something is known that nobody has asked for yet, and whose reading began before a moment.
    public func overdue(before moment: Int64) -> Int? {
        while let first = waiting.first {
            guard let reading = readings[first.connection], reading.number == first.number, reading.isUntold else {
                waiting.removeFirst()
                continue
            }
            guard reading.begun < moment else { return nil }
            waiting.removeFirst()
            return first.connection
        }
        return nil
    }

    /// Whether something is known of a connection that nobody has asked for yet.
    public func isUntold(connection: Int) -> Bool { readings[connection]?.isUntold ?? false }

    private func begin(_ segment: HandshakeSegment) -> Reading {
        if readings.count >= capacity {
            while let oldest = order.first {
                order.removeFirst()
                guard readings[oldest.connection]?.number == oldest.number else { continue }
                readings[oldest.connection] = nil
                break
            }
        }
        // What is forgotten stays in the order until it would be its turn; not for ever.
        if order.count > capacity * 2 { order.removeAll { readings[$0.connection]?.number != $0.number } }
        next &+= 1
        order.append((segment.connection, next))
        let port = Int(segment.port)
        let declared = declared.indices.contains(port) ? declared[port] : []
        return Reading(
            reader: HandshakeReader(transport: segment.transport == 17 ? .udp : .tcp, declared: declared), number: next,
            begun: segment.time)
    }

    /// Appends what is known of a connection.
    public func append(connection: Int, to line: inout [UInt8]) {
        guard let reading = readings[connection] else { return }
        readings[connection]?.isUntold = false
        let start = line.count
        line.append(UInt8(ascii: ","))
        if !reading.reader.facts.appendMembers(to: &line) { line.removeLast(line.count - start) }
    }

    /// Forgets a connection.
    public func forget(connection: Int) { readings[connection] = nil }
}
