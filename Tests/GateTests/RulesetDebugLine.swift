import Foundation

/// Lines of `nft --debug=netlink` (libnftnl 1.2.4) and of our own text of bytecode, in a form in which they are the same.
enum DebugLine {
    /// What the two tell in different words: only the kind is compared.
    private static let kindOnly: Set<String> = [
        "counter", "dup", "dynset", "flow_offload", "fwd", "hash", "limit", "log", "masq", "match", "nat", "numgen",
        "objref",
        "osf", "queue", "quota", "redir", "synproxy", "target", "tproxy",
    ]

    /// A line of nft's.
    static func told(_ line: String) -> String {
        var text = inner(line)
        guard let kind = text.split(separator: " ").first.map(String.init), !kindOnly.contains(kind) else {
            return kind(of: text)
        }
        // A map's verdict goes to register 0; the last word are the flags.
        text = replace("^(lookup .*?)(?: dreg 0)? 0x0$", in: text) { "\($0[1])" }
        text = replace("^(lookup .*?)(?: dreg 0)? 0x1$", in: text) { "\($0[1]) inverted" }
        text = replace("dreg ([0-9]+)", in: text) { "into reg \($0[1])" }
        text = text.replacingOccurrences(of: "immediate reg 0 ", with: "immediate ")
        text = replace("reg ([0-9]+)", in: text) { found in
            let number = Int(found[1]) ?? -1
            return "r\(number < 8 ? (number - 1) * 16 : (number - 8) * 4)"
        }
        // A key that libnftnl 1.2.4 has no name for, and operations.
        text = text.replacingOccurrences(of: "ct load unknown", with: "ct load id")
        text = replace("^exthdr load ([0-9]+b)", in: text) { "exthdr load sctp \($0[1])" }
        text = replace("(<<|>>) 0x([0-9a-f]+)", in: text) { "\($0[1]) \(Int($0[2], radix: 16) ?? -1)" }
        guard kind != "payload" else { return text }
        // Words in the host's order.
        text = replace("0x([0-9a-f]{8})", in: text) { found in
            let word = Array(found[1])
            return "0x" + stride(from: 6, through: 0, by: -2).map { String(word[$0...$0 + 1]) }.joined()
        }
        return text.replacingOccurrences(of: "([0-9a-f]) 0x", with: "$1", options: .regularExpression)
    }

    /// A line of ours.
    static func ours(_ line: String) -> String {
        let text = inner(line)
        guard let kind = text.split(separator: " ").first.map(String.init), !kindOnly.contains(kind) else {
            return kind(of: text)
        }
        guard kind != "payload" else { return text }
        let padded = replace("0x([0-9a-f]+)", in: text) { found in
            "0x" + found[1] + String(repeating: "0", count: (8 - found[1].count % 8) % 8)
        }
        return padded.replacingOccurrences(of: "([0-9a-f]) 0x", with: "$1", options: .regularExpression)
    }

    private static func kind(of text: String) -> String { text.split(separator: " ").first.map(String.init) ?? "" }

    /// What stands between the brackets.
    private static func inner(_ line: String) -> String {
        String(line.trimmingCharacters(in: .whitespaces).dropFirst(2).dropLast(2))
    }

    private static func replace(_ pattern: String, in text: String, with make: ([String]) -> String) -> String {
        guard let expression = try? NSRegularExpression(pattern: pattern) else { return text }
        var result = text
        let whole = NSRange(text.startIndex..., in: text)
        for match in expression.matches(in: text, range: whole).reversed() {
            let groups = (0..<match.numberOfRanges).map { index in
                Range(match.range(at: index), in: text).map { String(text[$0]) } ?? ""
            }
            guard let range = Range(match.range, in: result) else { continue }
            result.replaceSubrange(range, with: make(groups))
        }
        return result
    }
}
