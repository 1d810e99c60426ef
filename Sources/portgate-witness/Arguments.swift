/// Why a command line is none.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The arguments of a command, as options with their values and what stands beside them.
struct Arguments {
    private var values: [String: [String]] = [:]
    /// What is no option.
    private(set) var operands: [String] = []
    /// Whether the help is asked for.
    private(set) var wantsHelp = false

    /// Reads arguments: `--name value`, `--name=value`, and flags.
    init(_ arguments: ArraySlice<String>, options: Set<String>, flags: Set<String> = []) throws(UsageError) {
        var rest = arguments
        while let argument = rest.popFirst() {
            if argument == "--help" || argument == "-h" {
                wantsHelp = true
                continue
            }
            guard argument.hasPrefix("-"), argument != "-" else {
                operands.append(argument)
                continue
            }
            let equals = argument.firstIndex(of: "=")
            let name = String(argument[..<(equals ?? argument.endIndex)])
            var value = equals.map { String(argument[argument.index(after: $0)...]) }
            guard options.contains(name) else {
                guard flags.contains(name), value == nil else {
                    throw UsageError("'\(argument)' is no option of this command")
                }
                values[name, default: []].append("")
                continue
            }
            if value == nil { value = rest.popFirst() }
            guard let value, !value.isEmpty else { throw UsageError("\(name) needs a value") }
            values[name, default: []].append(value)
        }
    }

    /// Whether a flag is given.
    func has(_ flag: String) -> Bool { values[flag] != nil }

    /// The values of an option that may be given several times.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// The value of an option that is given once at most.
    func one(_ name: String) throws(UsageError) -> String? {
        guard let values = values[name] else { return nil }
        guard values.count == 1 else { throw UsageError("\(name) is given twice") }
        return values[0]
    }

    /// Seconds, from 1 to a day.
    func seconds(_ name: String, else usual: Int64) throws(UsageError) -> Int64 {
        guard let text = try one(name) else { return usual }
        guard let seconds = Int64(text), (1...86_400).contains(seconds) else {
            throw UsageError("\(name) wants seconds from 1 to 86400, not '\(text)'")
        }
        return seconds
    }

    /// Refuses what is no option.
    func noOperands() throws(UsageError) {
        if let operand = operands.first { throw UsageError("'\(operand)' is more than this command takes") }
    }
}
