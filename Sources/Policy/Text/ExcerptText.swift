/// Text from the input as messages quote it.
enum ExcerptText {
    /// Returns a text cut to 60 characters, with what cannot be shown replaced by `?`.
    static func shortened(_ text: String) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            count += 1
            if count > 60 { return result + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                result += "?"
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
