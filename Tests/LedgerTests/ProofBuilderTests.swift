import Foundation
import Testing

@testable import Ledger

@Suite("proofs made of a ledger") struct ProofBuilderTests {
    @Test("the proofs for every record and every size are those of a tree that keeps all hashes")
    func all() throws {
        let sample = try LedgerSample(epochSeconds: 9)
        var limits = LedgerLimits()
        limits.segmentBytes = 700
        try sample.write(0..<24, limits: limits)
        var writer = try sample.writer(limits)
        try writer.sealSegments()
        var subtrees = MerkleSubtrees()
        var lines: [[UInt8]] = []
        try LedgerReader(sample.folder).blocks { block, _ in
            block.eachLine {
                subtrees.append(MerkleHash(leaf: $0))
                lines.append(Array($0))
            }
            return true
        }
        let builder = ProofBuilder(sample.folder)
        // Each leaf was committed by itself, so that there is a checkpoint of every size.
        for size in 1...subtrees.size {
            let root = try #require(subtrees.root(of: size))
            for leaf in stride(from: size % 3, to: size, by: 3) {
                let found = try #require(try builder.inclusion(of: leaf, in: size), "\(leaf) of \(size)")
                #expect(found.proof == subtrees.inclusion(of: leaf, in: size))
                #expect(found.root == root && found.line == lines[Int(leaf)])
                try found.proof.verify(MerkleHash(leaf: found.line), in: found.root)
                #expect(Checkpoint(try SignedNote(found.note).text)?.root == root)
            }
            #expect(try builder.inclusion(of: size, in: size) == nil)
            for old in stride(from: size % 2, through: size, by: 2) {
                let growth = try #require(try builder.consistency(from: old, to: size))
                #expect(growth.proof == subtrees.consistency(from: old, to: size))
                #expect(growth.oldRoot == subtrees.root(of: old) && growth.newRoot == root)
                try growth.proof.verify(growth.oldRoot, growth.newRoot)
            }
        }
        #expect(try builder.inclusion(of: 0)?.proof.size == subtrees.size)
        #expect(try builder.consistency(from: 0, to: nil)?.newRoot == subtrees.root(of: subtrees.size))
        #expect(try builder.consistency(from: 3, to: 2) == nil)
        #expect(try builder.consistency(from: 0, to: subtrees.size + 1) == nil)
        #expect(try builder.consistency(from: subtrees.size + 1, to: nil) == nil)
        #expect(try builder.inclusion(of: 0, in: subtrees.size + 1) == nil)
        #expect(try builder.inclusion(of: .max) == nil)
        #expect(try builder.inclusion(of: 0, in: .max) == nil)
        #expect(try builder.inclusion(of: 0, in: 0) == nil)
    }

    @Test("a size without a checkpoint has no signed root, and so no proof of inclusion")
    func between() throws {
        let sample = try LedgerSample()
        var writer = try sample.writer()
        for number in 0..<3 { try writer.append(sample.record(number)) }
        try writer.commit()
        #expect(try ProofBuilder(sample.folder).inclusion(of: 0, in: 2) == nil)
        #expect(try ProofBuilder(sample.folder).inclusion(of: 0, in: 4) != nil)
        // That it only grew can be proven of any sizes; the roots come with it.
        #expect(try ProofBuilder(sample.folder).consistency(from: 2, to: 3) != nil)
    }

    @Test("what no checkpoint covers has no part in a proof")
    func uncommitted() throws {
        let sample = try LedgerSample()
        try sample.write(0..<4)
        let builder = ProofBuilder(sample.folder)
        let before = try #require(try builder.inclusion(of: 2))
        let file = try #require(sample.files().first { $0.hasSuffix(".jsonl") })
        try sample.set(file, try sample.bytes(file) + Array("{\"x\":1}\n".utf8))
        let after = try #require(try builder.inclusion(of: 2))
        #expect(after.proof == before.proof && after.root == before.root)
        #expect(try builder.inclusion(of: 5) == nil)
    }
}
