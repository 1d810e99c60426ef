/// How a connection ended, as far as conntrack tells: in Zeek's words (`conn_state`), and in ours.
struct ConnectionEnding {
    /// Zeek's word.
    let state: StaticString
    /// `closed`, `reset`, `timeout`, `half-open`, `unanswered`, `revoked`.
    let reason: StaticString

    /// What is known at the end.
    struct Evidence {
        /// The protocol.
        var transport: UInt8
        /// The states of TCP that it was in, a bit for each, and the last one.
        var states: UInt16 = 0
        /// The state of TCP it ended in.
        var state: UInt8 = 0
        /// What else is known.
        var marks: Connection.Marks = []
        /// Whether an answer was seen.
        var isAnswered: Bool
        /// Packets from whom it began, and of the answers; nil where they are not counted.
        var packets: (original: UInt64, reply: UInt64)?
    }

    /// Judges the evidence. Conntrack does not say who reset a connection: it is said only where it follows from the number of
    /// packets, and is `OTH` elsewhere.
    init(_ evidence: Evidence) {
        let (state, reason) = evidence.transport == 6 ? Self.tcp(evidence) : Self.other(evidence)
        self.state = state
        self.reason = evidence.marks.contains(.revoked) ? "revoked" : reason
    }

    private static func other(_ evidence: Evidence) -> (StaticString, StaticString) {
        evidence.isAnswered ? ("SF", "timeout") : ("S0", "unanswered")
    }

    private static func tcp(_ evidence: Evidence) -> (StaticString, StaticString) {
        let has = { (state: UInt8) in evidence.states & 1 << UInt16(state) != 0 || evidence.state == state }
        if evidence.marks.contains(.midstream) { return ("OTH", has(8) ? "reset" : has(7) ? "closed" : "timeout") }
        // Both have closed: LAST_ACK or TIME_WAIT. A reset that follows changes nothing.
        if has(6) || has(7) { return ("SF", "closed") }
        let wasOpen = has(3) || has(4) || has(5)
        if has(8) {
            if !evidence.isAnswered { return ("RSTOS0", "reset") }
            // From SYN_SENT, with an answer: the answer was the reset.
            if !wasOpen, !has(2) { return ("REJ", "reset") }
            if let packets = evidence.packets {
                // All that was answered is the SYN and ACK, so it was not the answering end.
                if packets.reply == 1 { return ("RSTO", "reset") }
                // SYN and ACK are all that came before it was open.
                if wasOpen, packets.original == 2 { return ("RSTR", "reset") }
            }
            return ("OTH", "reset")
        }
        if has(4) || has(5) {
            if evidence.marks.contains(.closedByOriginal) { return ("S2", "timeout") }
            if evidence.marks.contains(.closedByReply) { return ("S3", "timeout") }
            return ("OTH", "timeout")
        }
        if wasOpen { return ("S1", "timeout") }
        if has(2) || has(9) { return ("OTH", "half-open") }
        return evidence.isAnswered ? ("OTH", "half-open") : ("S0", "unanswered")
    }
}
