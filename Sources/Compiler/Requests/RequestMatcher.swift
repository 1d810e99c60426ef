import Nftables
import Policy

/// What the first payload of a connection must be, in comparisons that the kernel can make.
struct RequestMatcher: Hashable {
    /// The ways to be right: a payload is admitted when every comparison of one of them holds. Commonest first. An alternative
    /// without comparisons admits any payload; no alternative at all admits none.
    let alternatives: [[PayloadMatch]]

    /// Gathers what a client may say first: any of these types.
    ///
    /// - Parameter transport: TCP or UDP. Over any other the kernel sees no payload, and nothing is admitted but `any`.
    init(clientSpeaks types: [RequestType], over transport: TransportProtocol, signatures: [Signature] = []) {
        self.init(types) { Self.client($0, over: transport, signatures: signatures) }
    }

    /// Gathers what a server may say first.
    init(serverSpeaks type: RequestType, over transport: TransportProtocol, signatures: [Signature] = []) {
        self.init([type]) { Self.server($0, over: transport, signatures: signatures) }
    }

    private init(_ types: [RequestType], patterns: (RequestType) -> [PayloadPattern]) {
        var seen: Set<[PayloadMatch]> = []
        let all = types.flatMap(patterns).compactMap(\.matches)
        alternatives = all.contains([]) ? [[]] : all.filter { seen.insert($0).inserted }
    }

    /// Tells whether a payload is admitted, as the kernel decides.
    func admits(_ payload: some RandomAccessCollection<UInt8>) -> Bool {
        alternatives.contains { $0.allSatisfy { $0.holds(for: payload) } }
    }

    /// The length below which no payload can be admitted; 0 when any is, and nil when none is.
    var minimumLength: Int? { alternatives.map { $0.map(\.end).max() ?? 0 }.min() }

    /// The match that a payload long enough to be judged satisfies; a payload without it is too short. Nil when there is
    /// nothing to judge.
    var longEnough: PayloadMatch? {
        guard let length = minimumLength, length > 0 else { return nil }
        return PayloadMatch(payloadOfAtLeast: min(length, PayloadMatch.greatestOffset + 1))
    }
}
