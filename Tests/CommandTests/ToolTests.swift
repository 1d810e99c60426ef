import Foundation
import Testing

@Suite struct ToolTests {
    @Test(
        "a wrong command line exits 2, says what was meant and how the command is written",
        arguments: [
            (["explian"], "unknown command 'explian'", "did you mean 'explain'?"),
            (["--versoin"], "unknown option '--versoin'", "did you mean '--version'?"),
            (["help", "--markdwn"], "unknown option '--markdwn'", "did you mean '--markdown'?"),
            (["help", "completoins"], "unknown command 'completoins'", "did you mean 'completions'?"),
            (["completions"], "missing operand bash", "usage: portgate completions bash"),
            (["completions", "bash", "zsh"], "unexpected operand 'zsh'", "usage: portgate completions bash"),
            (["help", "--markdown=yes"], "option '--markdown' takes no value", "usage: portgate help"),
            (["help", "--markdown", "--markdown"], "option '--markdown' is given twice", "usage: portgate help"),
            (["--version", "x"], "unexpected argument 'x'", "usage: portgate COMMAND"),
        ])
    func usageErrors(arguments: [String], message: String, hint: String) throws {
        let outcome = try Portgate.shell("\"$portgate\" \(arguments.map { "'\($0)'" }.joined(separator: " "))")
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(outcome.errors.contains("portgate: \(message)"))
        #expect(outcome.errors.contains(hint))
        #expect(outcome.errors.contains("usage: portgate "))
    }

    @Test("without a command the overview goes to standard error and the exit code is 2")
    func noCommand() throws {
        let outcome = try Portgate.run()
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(outcome.errors.contains("usage: portgate COMMAND"))
    }

    @Test("an argument cannot write escape sequences to the terminal")
    func escapes() throws {
        let outcome = try Portgate.shell(#""$portgate" $'\e]0;owned\a'"#)
        #expect(outcome.status == 2)
        #expect(!outcome.errors.contains("\u{1b}"))
        #expect(outcome.errors.contains(#"\x1b]0;owned\x07"#))
    }

    @Test(
        "results that cannot be written are never a success",
        arguments: [
            #""$portgate" --version > /dev/full"#,
            #""$portgate" --version >&-"#,
            // A pipe whose reader is known to be gone.
            #"exec 3> >(exec <&-); wait $!; "$portgate" --version >&3"#,
        ])
    func lostOutput(line: String) throws {
        let outcome = try Portgate.shell(line)
        #expect(outcome.status == 3)
        #expect(outcome.errors.contains("cannot write standard output"))
    }

    @Test("the completion script is valid bash and completes commands, options and formats")
    func completions() throws {
        let outcome = try Portgate.shell(
            """
            source <("$portgate" completions bash)
            COMP_WORDS=(portgate comp); COMP_CWORD=1; _portgate; echo "${COMPREPLY[*]}"
            COMP_WORDS=(portgate help --mark); COMP_CWORD=2; _portgate; echo "${COMPREPLY[*]}"
            """)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("completions"))
        #expect(outcome.output.hasSuffix("--markdown\n"))
    }
}
