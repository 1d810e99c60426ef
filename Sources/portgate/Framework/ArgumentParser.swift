/// Reads a command's arguments by its option table.
///
/// `--name=value`, `--name value`, `-o value`, `-ovalue` and `-o=value` are understood; `--` ends the options; `-` is an
/// operand. Options and operands may be mixed. An option that is not repeatable is refused the second time.
struct ArgumentParser<Settings: Command> {
    /// Returns the settings, or nil when help is asked for.
    func parse(_ arguments: ArraySlice<String>) throws(UsageError) -> Settings? {
        let options = Settings.options
        let operands = Settings.operands
        var settings = Settings()
        var rest = arguments
        var given: Set<String> = []
        var operandCount = 0
        var onlyOperands = false
        while let argument = rest.popFirst() {
            guard !onlyOperands, argument.utf8.first == UInt8(ascii: "-"), argument != "-" else {
                operandCount += 1
                guard operandCount <= operands.count.upperBound else {
                    throw UsageError("unexpected operand '\(argument)'")
                }
                try operands.set(&settings, argument)
                continue
            }
            if argument == "--" {
                onlyOperands = true
                continue
            }
            if argument == "--help" || argument == "-h" { return nil }
            let (option, written, attached) = try find(argument, in: options)
            if !option.description.repeatable, !given.insert(option.description.long).inserted {
                throw UsageError("option '\(written)' is given twice")
            }
            guard let value = option.description.value else {
                if attached != nil { throw UsageError("option '\(written)' takes no value") }
                try option.set(&settings, "")
                continue
            }
            guard let text = attached ?? rest.popFirst() else {
                throw UsageError("option '\(written)' needs a value: \(value)")
            }
            try option.set(&settings, text)
        }
        if operandCount < operands.count.lowerBound, let usage = operands.usage {
            throw UsageError("missing operand \(usage)")
        }
        try settings.validate()
        return settings
    }

    /// Finds the option of an argument, its name as written, and the value attached to it.
    private func find(
        _ argument: String, in options: [CommandOption<Settings>]
    ) throws(UsageError) -> (CommandOption<Settings>, written: String, attached: String?) {
        guard argument.hasPrefix("--") else { return try findShort(argument, in: options) }
        let equals = argument.utf8.firstIndex(of: UInt8(ascii: "="))
        let written = String(argument[..<(equals ?? argument.endIndex)])
        let attached = equals.map { String(argument[argument.utf8.index(after: $0)...]) }
        if let option = options.first(where: { $0.description.long == written.dropFirst(2) }) {
            return (option, written, attached)
        }
        let nearest = NearestName.to(
            String(written.dropFirst(2)), among: Settings.optionDescriptions.map(\.long))
        throw UsageError("unknown option '\(written)'", suggestion: nearest.map { "--\($0)" })
    }

    private func findShort(
        _ argument: String, in options: [CommandOption<Settings>]
    ) throws(UsageError) -> (CommandOption<Settings>, written: String, attached: String?) {
        let letter = argument.dropFirst().first
        let written = String(argument.prefix(2))
        guard let option = options.first(where: { $0.description.short != nil && $0.description.short == letter })
        else {
            let meant = Settings.optionDescriptions.first { $0.long == argument.dropFirst() }
            throw UsageError("unknown option '\(argument)'", suggestion: meant.map { "--\($0.long)" })
        }
        var attached = argument.dropFirst(2)
        guard !attached.isEmpty else { return (option, written, nil) }
        if attached.first == "=" { attached = attached.dropFirst() }
        return (option, written, String(attached))
    }
}
