import Glibc

/// What the worker can be asked to do.
enum Command: String {
    /// Gives standard input to the kernel.
    case load
    /// Lets the kernel's state and nft judge standard input, and changes nothing.
    case check
    /// Lists portgate's table; nothing when there is none.
    case list

    /// Does it, and returns the exit code.
    func run() -> Int32 {
        guard let session = Session(dryRun: self != .load) else {
            Output.error("libnftables gives no context")
            return ExitCode.internalFailure
        }
        return self == .list ? Self.list(session) : Self.load(session)
    }

    private static func load(_ session: borrowing Session) -> Int32 {
        guard let text = Output.input() else {
            Output.error("standard input cannot be read, or holds more than \(Output.maxInputBytes >> 20) MiB")
            return ExitCode.refused
        }
        if let reason = InputGate.refusal(of: text) {
            Output.error("refused before nft saw it: \(reason)")
            return ExitCode.refused
        }
        let answer = session.run(text)
        guard answer.succeeded else {
            Output.error(answer.error)
            return ExitCode.refused
        }
        return ExitCode.success
    }

    private static func list(_ session: borrowing Session) -> Int32 {
        let tables = session.run(Array("list tables inet".utf8))
        guard tables.succeeded else {
            Output.error(tables.error)
            return ExitCode.refused
        }
        let wanted = Array("table inet portgate".utf8)
        guard tables.output.split(separator: UInt8(ascii: "\n")).contains(where: { $0.elementsEqual(wanted) }) else {
            return ExitCode.success
        }
        let table = session.run(Array("list table inet portgate".utf8))
        guard table.succeeded else {
            Output.error(table.error)
            return ExitCode.refused
        }
        return Output.write(table.output, to: STDOUT_FILENO) ? ExitCode.success : ExitCode.internalFailure
    }
}
