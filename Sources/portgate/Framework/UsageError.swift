/// A command line that cannot be run as written.
struct UsageError: Error, Hashable {
    /// Lower case, no full stop; names the offending argument.
    let message: String
    /// What was probably meant.
    var suggestion: String?

    /// Creates an error.
    init(_ message: String, suggestion: String? = nil) {
        self.message = message
        self.suggestion = suggestion
    }
}

/// Why a command stopped before its end, in a sentence for the user, and the exit code that says so.
struct CommandFailure: Error, Hashable {
    /// The exit code; never `clean`.
    let exit: ExitCode
    /// Lower case, no full stop.
    let message: String
    /// What to do about it.
    var help: String?

    /// Creates a failure.
    init(_ exit: ExitCode, _ message: String, help: String? = nil) {
        precondition(exit != .clean, "a failure cannot be clean")
        self.exit = exit
        self.message = message
        self.help = help
    }
}
