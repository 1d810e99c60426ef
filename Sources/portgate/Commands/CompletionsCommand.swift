/// `portgate completions`: a completion script for a shell.
struct CompletionsCommand: Command {
    static let name = "completions"
    static let summary = "print a completion script for a shell"
    static let details = "Put `source <(portgate completions bash)` into ~/.bashrc."
    static let operands: Operands<Self> = .one("bash", completion: .words(["bash"])) { _, text throws(UsageError) in
        guard text == "bash" else { throw UsageError("no completions for '\(text)'; bash is known") }
    }

    func run(_ console: Console) throws -> ExitCode {
        try console.write(BashCompletion.script)
        return .clean
    }
}
