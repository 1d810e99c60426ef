/// Words of the host that a policy names: accounts, interfaces, cgroups. Their alphabets are narrow, because they end up in
/// rulesets and messages.
enum HostWords {
    /// Reads a user or group: a number, or a name as useradd(8) takes it.
    static func account(parsing text: String) -> ProcessProof.Account? {
        if let number = WholeNumber.parse(text.utf8) {
            // 4294967295 is -1 to the kernel: nobody has it.
            return UInt32(exactly: number).flatMap { $0 == UInt32.max ? nil : .number($0) }
        }
        var name = text.utf8[...]
        if name.last == UInt8(ascii: "$") { name = name.dropLast() }
        guard (1...32).contains(name.count), let first = name.first else { return nil }
        guard isLetter(first) || first == UInt8(ascii: "_") else { return nil }
        let fits = name.allSatisfy { isLetter($0) || isDigit($0) || "_-.".utf8.contains($0) }
        return fits ? .name(text) : nil
    }

    /// Tells whether a text can be a network interface's name.
    static func isInterface(_ text: String) -> Bool {
        guard (1...15).contains(text.utf8.count), text != ".", text != ".." else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "_-.@:".utf8.contains($0) }
    }

    /// Tells whether a text can be a cgroup's path below the root: parts with single slashes between, none of them `.` or `..`.
    static func isCgroup(_ text: String) -> Bool {
        guard (1...512).contains(text.utf8.count) else { return false }
        return text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part != "." && part != ".."
                && part.utf8.allSatisfy { isLetter($0) || isDigit($0) || "_-.@:+\\".utf8.contains($0) }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        let folded = byte | 0x20
        return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(folded)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
