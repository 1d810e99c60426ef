import Handshake
public import Policy

/// The handshakes that are being read, a bounded number: who has no room pushes out the one that began first.
public final class HandshakePool: HandshakeObserver {
    private struct Reading {
        var reader: HandshakeReader
        let number: UInt64
        /// Whether what it found was handed on.
        var isTold = false
    }

    private var readings: [Int: Reading] = [:]
    /// Connections in the order in which they began, those that are forgotten among them.
    private var order: [(connection: Int, number: UInt64)] = []
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
        guard !reading.isTold else { return .nothing }
        let bytes = payload.withUnsafeBytes { Array($0) }
        reading.reader.take(segment.isFromClient ? .client : .server, sequence: segment.sequence, payload: bytes)
        let facts = reading.reader.facts
        let progress: HandshakeProgress =
            if facts.tls?.alert != nil { .failed } else if facts.unexpected != nil {
                .unexpected
            } else if facts.recognised == nil { .more } else { .facts }
        reading.isTold = progress == .failed || progress == .unexpected || reading.reader.isFinished
        readings[segment.connection] = reading
        return progress
    }

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
            reader: HandshakeReader(transport: segment.transport == 17 ? .udp : .tcp, declared: declared), number: next)
    }

    /// Appends what is known of a connection.
    public func append(connection: Int, to line: inout [UInt8]) {
        guard let reading = readings[connection] else { return }
        let start = line.count
        line.append(UInt8(ascii: ","))
        if !reading.reader.facts.appendMembers(to: &line) { line.removeLast(line.count - start) }
    }

    /// Forgets a connection.
    public func forget(connection: Int) { readings[connection] = nil }
}
