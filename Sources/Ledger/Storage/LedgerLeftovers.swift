import Host

/// What a process that was killed left of a file that it was about to put in the place of another: nothing reads it.
extension LedgerFolder {
    private static let ending = ".tmp"
    private static let mostMarkBytes = 13

    /// Whether a name is that of such a file: the name of one of the ledger's own, a mark by chance, and an ending.
    private static func isLeftover(_ name: String, of isOwn: (String) -> Bool) -> Bool {
        guard name.hasSuffix(ending) else { return false }
        let rest = name.utf8.dropLast(ending.utf8.count)
        guard let dot = rest.lastIndex(of: UInt8(ascii: ".")) else { return false }
        let mark = rest[rest.index(after: dot)...]
        let isMark = mark.allSatisfy {
            $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")
        }
        guard isMark, !mark.isEmpty, mark.count <= mostMarkBytes else { return false }
        return isOwn(String(decoding: rest[..<dot], as: UTF8.self))
    }

    /// Of a file that stands in the ledger's folder itself.
    static func isLeftoverOfAnchor(_ name: String) -> Bool { isLeftover(name) { $0 == "anchor" } }

    /// Of a private key.
    static func isLeftoverOfKey(_ name: String) -> Bool { isLeftover(name) { $0 == "current" || $0 == "next" } }

    /// Of a part of a segment.
    static func isLeftoverOfSegment(
        _ name: String, _ isWanted: (UInt64, SegmentPart) -> Bool = { _, _ in true }
    ) -> Bool {
        isLeftover(name) { name in SegmentPart.parse(name).map { isWanted($0.segment, $0.part) } ?? false }
    }

    /// Of what a crash left, when it was set aside.
    static func isLeftoverOfTorn(_ name: String) -> Bool { isLeftover(name) { $0.hasSuffix(".pending") } }

    /// Removes what is left of files that are written with the lock held, which is held now; keys are erased.
    func removeLeftovers() throws(LedgerFailure) {
        try remove(in: path) { Self.isLeftoverOfAnchor($0) }
        for name in try names(in: keys) where Self.isLeftoverOfKey(name) { try EpochKey.erase("\(keys)/\(name)") }
        try remove(in: segments) { name in
            Self.isLeftoverOfSegment(name) { _, part in [.start, .checkpoints, .lines, .kept].contains(part) }
        }
        try remove(in: torn) { Self.isLeftoverOfTorn($0) }
    }

    /// Removes what is left of the sealed form of a segment, by the one who seals.
    func removeLeftovers(ofSealing segment: UInt64) throws(LedgerFailure) {
        try remove(in: segments) { name in
            Self.isLeftoverOfSegment(name) { found, part in found == segment && SegmentManifest.sealing.contains(part) }
        }
    }

    private func remove(in folder: String, _ isLeftover: (String) -> Bool) throws(LedgerFailure) {
        for name in try names(in: folder) where isLeftover(name) {
            try onDisk { () throws(HostError) in try Files.remove("\(folder)/\(name)") }
        }
    }

    private func names(in folder: String) throws(LedgerFailure) -> [String] {
        guard Files.exists(folder) else { return [] }
        return try onDisk { () throws(HostError) in try Files.list(folder) }
    }
}
