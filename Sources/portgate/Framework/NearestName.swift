import Policy

/// The word of a command line that was probably meant.
enum NearestName {
    /// Returns the nearest candidate as ``Suggestions`` finds it; for a word cut short (`comp`), its one completion.
    static func to(_ text: String, among candidates: [String]) -> String? {
        if let nearest = Suggestions.nearest(to: text, among: candidates) { return nearest }
        let completions = candidates.filter { text.utf8.count >= 2 && $0.hasPrefix(text) }
        return completions.count == 1 ? completions[0] : nil
    }
}
