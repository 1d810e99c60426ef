import Glibc

/// Asks a person at a terminal. Everything but the word `yes` is a no.
public enum Confirmation {
    /// Asks on the terminal that standard input is.
    ///
    /// - Throws: ``GateFailure`` when it is none, ends, or says anything else.
    public static func ask(_ question: String, show: (String) -> Void) throws(GateFailure) {
        guard isatty(STDIN_FILENO) == 1 else {
            throw .notConfirmed("standard input is no terminal; --yes agrees beforehand")
        }
        show("\(question) Only 'yes' is taken for a yes:")
        guard let answer = readLine(strippingNewline: true) else { throw .notConfirmed("the input ended") }
        try judge(answer)
    }

    /// Judges an answer.
    static func judge(_ answer: String) throws(GateFailure) {
        guard answer == "yes" else { throw .notConfirmed("the answer was not 'yes'") }
    }
}
