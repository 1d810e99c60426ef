import Foundation
import Testing

@testable import Ledger

/// Proofs of a ledger, checked by other implementations: one in Python by the text of RFC 9162, and pymerkle where it is installed.
@Suite("proofs that other implementations check") struct MerkleOracleTests {
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Oracles/merkle.py").path

    private static func python(_ arguments: [String]) throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment
        environment["PYTHONPATH"] = modules.path
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    /// Where `scripts/install-deps.sh` puts pymerkle, when PyPI is in reach.
    private static let modules = URL(fileURLWithPath: #filePath)
        .appendingPathComponent("../../../.build/python").standardizedFileURL

    /// Whether pymerkle is there.
    static let hasPymerkle = (try? python(["-c", "import pymerkle"]).code) == 0

    /// All proofs of a ledger that are made from it, in part when its oldest records are deleted.
    private static func proofs(_ sample: LedgerSample, lines: [[UInt8]]) throws -> [String: Any] {
        let size = try LedgerReader(sample.folder).size()
        let first = try LedgerReader(sample.folder).firstRecord()
        let builder = ProofBuilder(sample.folder)
        var tree = MerkleFrontier()
        var roots = [tree.root.description]
        for line in lines {
            tree.append(MerkleHash(leaf: line))
            roots.append(tree.root.description)
        }
        var inclusion: [[Any]] = []
        var consistency: [[Any]] = []
        for end in first + 1...size where end % 4 == size % 4 {
            for leaf in first..<end where leaf % 2 == end % 4 / 2 {
                // A size between two checkpoints has no signed root.
                guard let found = try builder.inclusion(of: leaf, in: end) else { continue }
                inclusion.append([Int(leaf), Int(end), found.proof.hashes.map(\.description)])
            }
            for old in max(first, 1)..<max(end, max(first, 1)) where old % 2 == end % 4 / 2 {
                let growth = try #require(try builder.consistency(from: old, to: end))
                consistency.append([Int(old), Int(end), growth.proof.hashes.map(\.description)])
            }
        }
        return [
            "lines": lines.map { Data($0).base64EncodedString() }, "roots": roots, "inclusion": inclusion,
            "consistency": consistency,
        ]
    }

    private static func lines(_ sample: LedgerSample) throws -> [[UInt8]] {
        var lines: [[UInt8]] = []
        try LedgerReader(sample.folder).blocks { block, _ in
            block.eachLine { lines.append(Array($0)) }
            return true
        }
        return lines
    }

    private static func check(_ proofs: [String: Any], _ sample: LedgerSample, _ options: [String]) throws -> String? {
        let file = sample.url("../proofs.json")
        try JSONSerialization.data(withJSONObject: proofs).write(to: file)
        let result = try python([script] + options + [file.path])
        return result.code == 0 ? result.output : nil
    }

    /// A ledger with sealed segments; with all its lines, and with some deleted.
    private static func both(_ body: (LedgerSample, [String: Any]) throws -> Void) throws {
        let sample = try LedgerSample.retained(retaining: false)
        let all = try lines(sample)
        try body(sample, try proofs(sample, lines: all))
        var writer = try sample.writer()
        _ = try writer.retain(days: 90)
        // The records of the deletions are new ones, and there.
        let first = Int(try LedgerReader(sample.folder).firstRecord())
        #expect(first > 0)
        try body(sample, try proofs(sample, lines: all[..<first] + lines(sample)))
    }

    @Test("the algorithms of RFC 9162, written down in Python, take every proof, also beside deleted records")
    func rfc() throws {
        try Self.both { sample, proofs in
            let count = ((proofs["inclusion"] as? [Any])?.count ?? 0) + ((proofs["consistency"] as? [Any])?.count ?? 0)
            #expect(count > 30)
            #expect(try Self.check(proofs, sample, []) == "\(count)\n")
            // And none that is another one.
            var wrong = proofs
            var inclusion = try #require(proofs["inclusion"] as? [[Any]])
            let last = try #require(inclusion.last)
            let leaf = try #require(last[0] as? Int)
            inclusion[inclusion.count - 1][0] = leaf - 1
            wrong["inclusion"] = inclusion
            #expect(try Self.check(wrong, sample, []) == nil)
        }
    }

    @Test("pymerkle, where it is installed, computes the same roots and paths, and takes the proofs")
    func pymerkle() throws {
        guard Self.hasPymerkle else {
            // The other implementation has checked the same above; this one cannot be had without PyPI.
            print("oracles: pymerkle is not installed")
            return
        }
        try Self.both { sample, proofs in
            let output = try Self.check(proofs, sample, ["--pymerkle"])
            #expect(output != nil)
        }
    }
}
