import Foundation
import Ledger
import Testing

@Suite("prove") struct ProveCommandTests {
    /// What the oracle of the ledger's tests reads.
    private struct Proofs: Encodable {
        var lines: [String] = []
        // The root of the empty tree (RFC 6962, section 2.1): SHA-256 of nothing.
        var roots = ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]
        var inclusion: [[Member]] = []
        var consistency: [[Member]] = []
    }

    private enum Member: Encodable {
        case number(Int)
        case hashes([String])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .number(let number): try container.encode(number)
            case .hashes(let hashes): try container.encode(hashes)
            }
        }
    }

    private static func oracle(_ proofs: Proofs, _ host: EvidenceHost) throws -> Portgate.Outcome {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../LedgerTests/Oracles/merkle.py").standardizedFileURL
        let file = try host.scratch.write(
            "proofs.json", String(decoding: try JSONEncoder().encode(proofs), as: UTF8.self))
        return try Portgate.shell("python3 -I '\(script.path)' '\(file.path)'")
    }

    @Test("an implementation that is not portgate's finds every proof right, and a changed one wrong")
    func prove() throws {
        let host = try EvidenceHost()
        try host.write(0..<21)
        let size = Int(try LedgerReader(host.folder).size())
        var proofs = Proofs()
        for record in 0..<size {
            let proof = try host.run("prove", "\(record)", "-o", "json").json()
            let line = try #require(proof["record"] as? String)
            proofs.lines.append(Data(line.utf8).base64EncodedString())
            let hashes = try #require(proof["hashes"] as? [String])
            #expect(proof["index"] as? Int == record && proof["size"] as? Int == size)
            proofs.inclusion.append([.number(record), .number(size), .hashes(hashes)])
            // The checkpoint is the note that the log's key has signed over the same size and root.
            let note = try #require(proof["checkpoint"] as? String).split(separator: "\n")
            #expect(note[1] == "\(size)")
            #expect(
                Data(base64Encoded: String(note[2]))?.map { String(format: "%02x", $0) }.joined() == proof["root"]
                    as? String)
        }
        for from in 1...size {
            let proof = try host.run("prove", "--from", "\(from)", "-o", "json").json()
            proofs.roots.append(try #require(proof["from_root"] as? String))
            let hashes = try #require(proof["hashes"] as? [String])
            if from < size { proofs.consistency.append([.number(from), .number(size), .hashes(hashes)]) }
        }
        for (old, new) in [(3, 9), (4, 8), (1, 22)] {
            let proof = try host.run("prove", "--from", "\(old)", "--size", "\(new)", "-o", "json").json()
            let hashes = try #require(proof["hashes"] as? [String])
            proofs.consistency.append([.number(old), .number(new), .hashes(hashes)])
        }
        let outcome = try Self.oracle(proofs, host)
        #expect(outcome.output == "\(proofs.inclusion.count + proofs.consistency.count)\n", "\(outcome)")
        // It can say no.
        var other = proofs
        other.lines[3] = Data("{}".utf8).base64EncodedString()
        #expect(try Self.oracle(other, host).status != 0)
        other = proofs
        other.inclusion[3][0] = .number(2)
        #expect(try Self.oracle(other, host).status != 0)
        other = proofs
        other.consistency[3][0] = .number(5)
        #expect(try Self.oracle(other, host).status != 0)
    }

    @Test(
        "prove says what it cannot prove",
        arguments: [
            (["prove"], 2), (["prove", "x"], 2), (["prove", "1", "--from", "1"], 2), (["prove", "99"], 3),
            (["prove", "0", "--size", "2"], 3), (["prove", "--from", "99"], 3),
            (["prove", "--from", "3", "--size", "2"], 3),
        ] as [([String], Int32)])
    func proveRefused(_ arguments: [String], _ status: Int32) throws {
        let host = try EvidenceHost()
        try host.write(0..<3)
        let outcome = try Portgate.run(arguments: arguments + ["--state-dir", host.scratch.url.path])
        #expect(outcome.status == status, "\(outcome)")
        #expect(outcome.output.isEmpty && !outcome.errors.isEmpty)
    }
}
