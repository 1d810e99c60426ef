import Policy

/// Identities with their proofs by number, as they are written to records. A number keeps its meaning while the recorder runs,
/// though the policy changes.
struct IdentityTable {
    private(set) var text: [UInt8] = []
    private var ranges: [ByteRange] = [.empty]
    private var numbers: [Key: UInt32] = [:]
    private let capacity: Int

    private struct Key: Hashable {
        let name: Name
        let proof: ProofKind
    }

    init(capacity: Int) { self.capacity = capacity }

    /// `,"user":"alice","identity":{…}`; nothing for number 0.
    subscript(number: UInt32) -> ByteRange { ranges[Int(number)] }

    /// Returns the number of an identity with a proof; 0 when there is no room. Not for each record.
    mutating func number(of name: Name, _ proof: ProofKind) -> UInt32 {
        if let known = numbers[Key(name: name, proof: proof)] { return known }
        guard ranges.count < capacity else { return 0 }
        let json =
            ",\"user\":\"\(name)\",\"identity\":{\"name\":\"\(name)\",\"proof\":\"\(proof.name)\""
            + ",\"strength\":\"\(proof.strength.name)\"}"
        ranges.append(ByteRange(start: text.count, count: json.utf8.count))
        text += Array(json.utf8)
        let number = UInt32(ranges.count - 1)
        numbers[Key(name: name, proof: proof)] = number
        return number
    }
}
