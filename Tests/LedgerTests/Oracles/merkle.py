"""Checks proofs with implementations that share nothing with portgate.

Usage: merkle.py [--pymerkle] FILE

FILE is a JSON object: `lines`, the leaves in base64; `roots`, by size, in hexadecimal; `inclusion`, each [leaf, size, hashes];
`consistency`, each [old size, new size, hashes]. Every proof is verified by the algorithms of RFC 9162, sections 2.1.3.2 and
2.1.4.2, written down as they stand there, against roots that are computed here by the recursion of RFC 6962, section 2.1. With
--pymerkle (https://pypi.org/project/pymerkle/) its trees must have the same roots, its paths of inclusion must be the same
hashes, its verifier must take ours, and its proofs of consistency must hold between our roots. Prints how many proofs there were.
"""

import base64
import hashlib
import json
import sys


def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_root(hashes):
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(tree_root(hashes[:split]), tree_root(hashes[split:]))


def is_included(leaf_index, tree_size, leaf, path, root):
    """RFC 9162, section 2.1.3.2."""
    if leaf_index >= tree_size:
        return False
    fn, sn, r = leaf_index, tree_size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            if not fn & 1:
                while fn != 0 and not fn & 1:
                    fn >>= 1
                    sn >>= 1
        else:
            r = node_hash(r, p)
        fn >>= 1
        sn >>= 1
    return sn == 0 and r == root


def is_consistent(first, second, first_hash, second_hash, path):
    """RFC 9162, section 2.1.4.2, for 0 < first < second."""
    if not path:
        return False
    path = list(path)
    if first & (first - 1) == 0:
        path.insert(0, first_hash)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr = node_hash(c, fr)
            sr = node_hash(c, sr)
            if not fn & 1:
                while fn != 0 and not fn & 1:
                    fn >>= 1
                    sn >>= 1
        else:
            sr = node_hash(sr, c)
        fn >>= 1
        sn >>= 1
    return sn == 0 and fr == first_hash and sr == second_hash


def main(arguments):
    data = json.load(open(arguments[-1], encoding="utf-8"))
    lines = [base64.b64decode(line) for line in data["lines"]]
    hashes = [leaf_hash(line) for line in lines]
    roots = [tree_root(hashes[:size]) for size in range(len(lines) + 1)]
    assert [bytes.fromhex(root) for root in data["roots"]] == roots, "roots"
    inclusion = [(leaf, size, [bytes.fromhex(text) for text in path]) for leaf, size, path in data["inclusion"]]
    consistency = [(old, new, [bytes.fromhex(text) for text in path]) for old, new, path in data["consistency"]]
    for leaf, size, path in inclusion:
        assert is_included(leaf, size, hashes[leaf], path, roots[size]), ("inclusion", leaf, size)
        assert not is_included(leaf, size, hashes[leaf], path, roots[size - 1]), ("inclusion elsewhere", leaf, size)
    for old, new, path in consistency:
        assert is_consistent(old, new, roots[old], roots[new], path), ("consistency", old, new)
        assert not is_consistent(old, new, roots[old - 1], roots[new], path), ("consistency elsewhere", old, new)
    if "--pymerkle" in arguments:
        from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

        tree = InmemoryTree(algorithm="sha256")
        for line in lines:
            tree.append_entry(line)
        root = getattr(tree, "get_root", None) or tree.get_state
        assert [root(size) for size in range(len(lines) + 1)] == roots, "roots of pymerkle"
        for leaf, size, path in inclusion:
            proof = tree.prove_inclusion(leaf + 1, size)
            assert proof.path[1:] == path or size == 1, ("path of pymerkle", leaf, size)
            if size > 1:
                proof.path[1:] = path
            verify_inclusion(hashes[leaf], roots[size], proof)
        for old, new, _ in consistency:
            verify_consistency(roots[old], roots[new], tree.prove_consistency(old, new))
    print(len(inclusion) + len(consistency))


main(sys.argv[1:])
