extension PolicyBuilder {
    /// Reads the settings for the whole gate.
    mutating func readDefaults() -> Defaults {
        var result = Defaults()
        if let setting = settings["defaults.log-group"] {
            if let number = WholeNumber.parse(setting.text.utf8), let group = UInt16(exactly: number) {
                result.logGroup = group
            } else if !setting.text.isEmpty {
                findings.add(.badNumber("log-group", setting.text, least: 0, most: 65_535, at: setting.span))
            }
        }
        if let setting = settings["defaults.mark-mask"], !setting.text.isEmpty {
            if let mask = readMask(setting) {
                result.markMask = mask
                result.markMaskSpan = setting.span
            }
        }
        if let setting = settings["defaults.retention"], !setting.text.isEmpty {
            if let days = DurationText.days(parsing: setting.text) {
                result.retentionDays = days
                result.retentionSpan = setting.span
            } else {
                findings.add(.badDuration(setting.text, wanted: Formats.retention.wanted, at: setting.span))
            }
        }
        if let setting = settings["defaults.source-check"],
            let check = Defaults.SourceCheck(rawValue: setting.text)
        {
            result.sourceCheck = check
        }
        if let setting = settings["defaults.undeclared"], let undeclared = Defaults.Undeclared(rawValue: setting.text) {
            result.undeclared = undeclared
            result.undeclaredSpan = setting.span
        }
        return result
    }

    private mutating func readMask(_ setting: Setting) -> UInt32? {
        guard let mask = Hexadecimal.mask(parsing: setting.text) else {
            findings.add(
                .badMarkMask(setting.text, "is not a 32-bit number; write one such as 0xff000000", at: setting.span))
            return nil
        }
        let width = 32 - mask.leadingZeroBitCount - mask.trailingZeroBitCount
        guard mask.nonzeroBitCount >= 8 else {
            findings.add(
                .badMarkMask(
                    setting.text, "has \(mask.nonzeroBitCount) bits; the gate needs at least 8", at: setting.span))
            return nil
        }
        guard width == mask.nonzeroBitCount else {
            findings.add(
                .badMarkMask(setting.text, "has gaps between its bits; they must be contiguous", at: setting.span))
            return nil
        }
        return mask
    }
}
