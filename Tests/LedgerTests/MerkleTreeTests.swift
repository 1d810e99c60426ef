import Testing

@testable import Ledger

/// The tree against the definitions of RFC 6962, written down as they stand there, and against the roots that Certificate
/// Transparency's own implementation is tested with.
@Suite("the Merkle tree of RFC 6962")
struct MerkleTreeTests {
    /// The leaves of merkle_tree_test.cc of the certificate-transparency project (Apache 2.0), and the roots of their first n.
    private static let leaves: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43], Array(0x50...0x57),
        Array(0x60...0x6f),
    ]
    private static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    /// MTH(D[n]) as section 2.1 writes it.
    private static func root(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
        if leaves.isEmpty { return .empty }
        if leaves.count == 1 { return leaves[leaves.startIndex] }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        return MerkleHash(root(leaves.prefix(split)), root(leaves.dropFirst(split)))
    }

    /// PATH(m, D[n]) as section 2.1.1 writes it.
    private static func path(_ index: Int, _ leaves: ArraySlice<MerkleHash>) -> [MerkleHash] {
        if leaves.count <= 1 { return [] }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        return index < split
            ? path(index, leaves.prefix(split)) + [root(leaves.dropFirst(split))]
            : path(index - split, leaves.dropFirst(split)) + [root(leaves.prefix(split))]
    }

    /// SUBPROOF(m, D[n], b) as section 2.1.2 writes it.
    private static func subproof(_ old: Int, _ leaves: ArraySlice<MerkleHash>, _ isWhole: Bool) -> [MerkleHash] {
        if old == leaves.count { return isWhole ? [] : [root(leaves)] }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        return old <= split
            ? subproof(old, leaves.prefix(split), isWhole) + [root(leaves.dropFirst(split))]
            : subproof(old - split, leaves.dropFirst(split), false) + [root(leaves.prefix(split))]
    }

    private static func tree(_ count: Int) -> (hashes: [MerkleHash], frontier: MerkleFrontier, subtrees: MerkleSubtrees)
    {
        var (frontier, subtrees) = (MerkleFrontier(), MerkleSubtrees())
        let hashes = (0..<count).map { MerkleHash(leaf: Array("line \($0)\n".utf8)) }
        for hash in hashes {
            frontier.append(hash)
            subtrees.append(hash)
        }
        return (hashes, frontier, subtrees)
    }

    @Test("the roots of Certificate Transparency's own tests come out")
    func known() throws {
        var frontier = MerkleFrontier()
        var subtrees = MerkleSubtrees()
        #expect(frontier.root.description == Self.roots[0])
        for (number, leaf) in Self.leaves.enumerated() {
            frontier.append(MerkleHash(leaf: leaf))
            subtrees.append(MerkleHash(leaf: leaf))
            #expect(frontier.root.description == Self.roots[number + 1])
        }
        for (size, root) in Self.roots.enumerated() {
            #expect(subtrees.root(of: UInt64(size))?.description == root)
        }
        #expect(subtrees.root(of: 9) == nil)
    }

    @Test("roots and proofs of every size up to 34 are those of the definitions, and hold")
    func definitions() throws {
        let (hashes, _, subtrees) = Self.tree(34)
        var frontier = MerkleFrontier()
        for size in 0...34 {
            if size > 0 { frontier.append(hashes[size - 1]) }
            let leaves = hashes[..<size]
            let root = Self.root(leaves)
            #expect(frontier.root == root && subtrees.root(of: UInt64(size)) == root)
            #expect(MerkleFrontier(size: UInt64(size), peaks: frontier.peaks) == frontier)
            for index in 0..<size {
                let proof = try #require(subtrees.inclusion(of: UInt64(index), in: UInt64(size)))
                #expect(proof.hashes == Self.path(index, leaves))
                try proof.verify(hashes[index], in: root)
            }
            for old in 0...size {
                let proof = try #require(subtrees.consistency(from: UInt64(old), to: UInt64(size)))
                #expect(proof.hashes == (old == 0 ? [] : Self.subproof(old, leaves, true)))
                try proof.verify(Self.root(hashes[..<old]), root)
            }
        }
    }

    @Test("no other leaf, place, size or hash is proven by a proof")
    func forged() throws {
        let (hashes, _, subtrees) = Self.tree(20)
        let other = MerkleHash(leaf: [1])
        for size in UInt64(1)...20 {
            let root = try #require(subtrees.root(of: size))
            for index in 0..<size {
                let proof = try #require(subtrees.inclusion(of: index, in: size))
                func fails(
                    _ index: UInt64, _ size: UInt64, _ hashes: [MerkleHash], _ leaf: MerkleHash, _ root: MerkleHash
                ) {
                    let forged = InclusionProof(index: index, size: size, hashes: hashes)
                    #expect(throws: MerkleProofFailure.self) { try forged.verify(leaf, in: root) }
                }
                let leaf = hashes[Int(index)]
                fails(index, size, proof.hashes, other, root)
                fails(index, size, proof.hashes, leaf, other)
                fails(index ^ 1, size, proof.hashes, leaf, root)
                fails(index + size, size, proof.hashes, leaf, root)
                fails(index, 0, proof.hashes, leaf, root)
                fails(index, size, proof.hashes + [other], leaf, root)
                if !proof.hashes.isEmpty { fails(index, size, Array(proof.hashes.dropLast()), leaf, root) }
                for place in proof.hashes.indices {
                    var changed = proof.hashes
                    changed[place] = other
                    fails(index, size, changed, leaf, root)
                }
            }
        }
    }

    @Test("a tree that was changed is no later one of what it was")
    func rewritten() throws {
        let (_, _, subtrees) = Self.tree(20)
        let other = MerkleHash(leaf: [1])
        for new in UInt64(1)...20 {
            let newRoot = try #require(subtrees.root(of: new))
            for old in 0...new {
                let oldRoot = try #require(subtrees.root(of: old))
                let proof = try #require(subtrees.consistency(from: old, to: new))
                func fails(
                    _ old: UInt64, _ new: UInt64, _ hashes: [MerkleHash], _ oldRoot: MerkleHash, _ newRoot: MerkleHash
                ) {
                    let forged = ConsistencyProof(oldSize: old, newSize: new, hashes: hashes)
                    #expect(throws: MerkleProofFailure.self) { try forged.verify(oldRoot, newRoot) }
                }
                fails(old, new, proof.hashes, other, newRoot)
                if old > 0 { fails(old, new, proof.hashes, oldRoot, other) }
                fails(old, new, proof.hashes + [other], oldRoot, newRoot)
                fails(new + 1, new, proof.hashes, oldRoot, newRoot)
                fails(old, .max, proof.hashes, oldRoot, newRoot)
                if !proof.hashes.isEmpty { fails(old, new, Array(proof.hashes.dropLast()), oldRoot, newRoot) }
                for place in proof.hashes.indices {
                    var changed = proof.hashes
                    changed[place] = other
                    fails(old, new, changed, oldRoot, newRoot)
                }
            }
        }
    }

    @Test("what is taken up must fit its size, and hashes have 32 bytes")
    func limits() {
        let hash = MerkleHash(leaf: [])
        #expect(MerkleFrontier(size: 5, peaks: [hash, hash]) != nil)
        #expect(MerkleFrontier(size: 5, peaks: [hash]) == nil)
        #expect(MerkleFrontier(size: .max, peaks: Array(repeating: hash, count: 64)) == nil)
        var full = MerkleFrontier(size: MerkleFrontier.greatestSize, peaks: [hash])
        #expect(full?.append(hash) == false)
        #expect(MerkleHash(bytes: hash.bytes) == hash)
        #expect(MerkleHash(bytes: hash.bytes.dropLast()) == nil)
        #expect(MerkleHash(bytes: hash.bytes + [0]) == nil)
    }
}
