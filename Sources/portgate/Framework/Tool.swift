import Reports

/// The command line as a whole: finds the command, runs it, and turns every failure into a message and an exit code.
enum Tool {
    /// The version of this build.
    static let version = "0.1.0"
    private static let usage = "portgate COMMAND [OPTIONS] [OPERANDS]"

    /// Runs with the arguments after the program's name.
    static func run(_ arguments: ArraySlice<String>, _ console: Console) -> ExitCode {
        var usage = usage
        do {
            switch arguments.first {
            case nil:
                console.say(HelpText.overview)
                return .usage
            case "--version", "-V":
                try alone(arguments)
                try console.write("portgate \(version)\n")
                return .clean
            case "--help", "-h":
                try alone(arguments)
                try console.write(HelpText.overview)
                return .clean
            case let option? where option.utf8.first == UInt8(ascii: "-"):
                throw UsageError(
                    "unknown option '\(option)'; options follow the command",
                    suggestion: NearestName.to(String(option.drop { $0 == "-" }), among: ["help", "version"]).map {
                        "--\($0)"
                    })
            case let name?:
                let command = try CommandList.named(name)
                usage = command.usage
                return try command.execute(arguments.dropFirst(), console)
            }
        } catch let error as UsageError {
            console.say("portgate: \(VisibleText.line(error.message))")
            if let suggestion = error.suggestion { console.say("did you mean '\(VisibleText.line(suggestion))'?") }
            console.say("usage: \(usage)")
            return .usage
        } catch let failure as CommandFailure {
            console.say("portgate: \(VisibleText.line(failure.message))")
            if let help = failure.help { console.say("help: \(VisibleText.line(help))") }
            return failure.exit
        } catch let error as ConsoleError {
            console.say("portgate: \(error.message)")
            return .incomplete
        } catch {
            console.say("portgate: \(VisibleText.line("\(error)"))")
            return .incomplete
        }
    }

    private static func alone(_ arguments: ArraySlice<String>) throws(UsageError) {
        if let extra = arguments.dropFirst().first { throw UsageError("unexpected argument '\(extra)'") }
    }
}
