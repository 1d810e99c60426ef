import Policy

/// The name of a deviation, the same in every look that finds it: `D-` and eight hexadecimal digits.
///
/// It hangs on what the deviation is: kind, code, port, rule, the chain that decides (not its handles, which move), the ends of
/// the witness, and the subject. Words, counts and moments are no part of it.
public struct FindingID: Hashable, Sendable, CustomStringConvertible {
    /// `D-0a1b2c3d`.
    public let description: String

    /// Reads an id as a user writes it; nil when it is none.
    public init?(_ text: some StringProtocol) {
        let digits = text.dropFirst(2)
        guard text.hasPrefix("D-") || text.hasPrefix("d-"), digits.utf8.count == 8,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) })
        else { return nil }
        description = "D-" + digits.lowercased()
    }

    /// Makes the id of a finding; `ordinal` tells findings apart that are alike in all of it.
    init(of finding: DriftFinding, ordinal: Int = 0) {
        var parts = [
            finding.kind.rawValue, finding.diagnostic.code, finding.diagnostic.port ?? "",
            finding.diagnostic.rule ?? "",
            finding.subject,
        ]
        if let rule = finding.responsible {
            parts += ["\(rule.family)", rule.table, rule.chain]
        }
        if let witness = finding.witness {
            parts += [
                "\(witness.transport.rawValue)", "\(witness.source)", witness.destination.map { "\($0)" } ?? "",
                "\(witness.destinationPort)",
            ]
        }
        if ordinal > 0 { parts.append("\(ordinal)") }
        var digest = Digest()
        // Each part with its length, so that no two lists of parts read alike.
        for part in parts { digest.update("\(part.utf8.count):\(part)") }
        description = "D-" + digest.hex().prefix(8)
    }

    /// Gives every finding an id of its own.
    static func assign(_ findings: [DriftFinding]) -> [DriftReport.Entry] {
        var taken: Set<FindingID> = []
        return findings.map { finding in
            var ordinal = 0
            var id = FindingID(of: finding)
            while !taken.insert(id).inserted {
                ordinal += 1
                id = FindingID(of: finding, ordinal: ordinal)
            }
            return DriftReport.Entry(id: id, finding: finding)
        }
    }
}
