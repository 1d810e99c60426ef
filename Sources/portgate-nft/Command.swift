import CNftCache
import Glibc

/// What the worker can be asked to do.
enum Command: String {
    /// Gives standard input to the kernel.
    case load
    /// Lets the kernel's state and nft judge standard input, and changes nothing.
    case check
    /// Lists portgate's table; nothing when there is none.
    case list
    /// Lists portgate's table without the elements of its sets, then each of its maps with them; nothing when there is none.
    case rules

    /// Does it, and returns the exit code.
    func run() -> Int32 {
        guard let session = Session(dryRun: self != .load) else {
            Output.error("libnftables gives no context")
            return ExitCode.internalFailure
        }
        switch self {
        case .load, .check: return Self.load(session)
        case .list: return Self.list(session)
        case .rules: return Self.rules(session)
        }
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
        // What it checks and loads names no element of a set that is there already.
        portgate_leave_elements_unread()
        let answer = session.run(text)
        guard answer.succeeded else {
            Output.error(answer.error)
            return ExitCode.refused
        }
        return ExitCode.success
    }

    private static func list(_ session: borrowing Session) -> Int32 {
        let command = Array("list table inet portgate".utf8)
        let table = session.run(command)
        guard table.succeeded else {
            // libnftables reads everybody's rules to list the names of tables: so this is asked last.
            let tables = session.run(Array("list tables inet".utf8))
            let wanted = Array("table inet portgate".utf8)
            let lines = tables.output.split(separator: UInt8(ascii: "\n"))
            if tables.succeeded, !lines.contains(where: { $0.elementsEqual(wanted) }) { return ExitCode.success }
            Output.error(table.error)
            return ExitCode.refused
        }
        guard let isFaithful = isFaithful(table.output, command: command) else { return ExitCode.refused }
        let text = isFaithful ? table.output : Array(unfaithful.utf8)
        return Output.write(text, to: STDOUT_FILENO) ? ExitCode.success : ExitCode.internalFailure
    }

    /// Lists the rules at a cost that does not grow with the sets: libnftables reads every element for `list table`, and none
    /// for a terse `list ruleset`. That shows everybody's tables, so each text in any of them must be faithful; else this is
    /// refused, and ``list`` is the way.
    private static func rules(_ session: borrowing Session) -> Int32 {
        let command = Array("list ruleset".utf8)
        guard let terse = Session(dryRun: true, form: .terse) else {
            Output.error("libnftables gives no context")
            return ExitCode.internalFailure
        }
        let ruleset = terse.run(command)
        guard ruleset.succeeded, isFaithful(ruleset.output, command: command) == true else {
            Output.error("the ruleset cannot be listed faithfully")
            return ExitCode.refused
        }
        let lines = ruleset.output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let first = lines.firstIndex(where: { $0.elementsEqual("table inet portgate {".utf8) }),
            let last = lines[first...].firstIndex(where: { $0.elementsEqual("}".utf8) })
        else { return ExitCode.success }
        var text = Array(lines[first...last].joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")]
        for line in lines[first...last] where line.starts(with: "\tmap ".utf8) && line.last == UInt8(ascii: "{") {
            let name = line.dropFirst(5).dropLast(2)
            let map = session.run(Array("list map inet portgate ".utf8) + name)
            guard map.succeeded else {
                Output.error(map.error)
                return ExitCode.refused
            }
            text += map.output
        }
        return Output.write(text, to: STDOUT_FILENO) ? ExitCode.success : ExitCode.internalFailure
    }

    /// What is listed when a text in the table could pass for something else: a table that equals none of portgate's.
    private static let unfaithful = """
        table inet portgate {
        \ta name, comment or prefix holds a quote or a control character: the listing would not be faithful
        }

        """

    /// Tells whether every text in a listing ends where its quotes end.
    ///
    /// nft lists a text as it is: a comment with a quote and line ends in it can look like rules that are not there, or hide
    /// that some are gone. The JSON listing escapes such a text, and leaves out one that is no UTF-8; portgate writes neither.
    /// Nil when nft did not list.
    private static func isFaithful(_ text: [UInt8], command: [UInt8]) -> Bool? {
        let isPlain = text.allSatisfy {
            (0x20...0x7e).contains($0) || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\t")
        }
        guard isPlain else { return false }
        guard let session = Session(dryRun: true, form: .terseJSON) else { return nil }
        let answer = session.run(command)
        guard answer.succeeded, answer.output.first == UInt8(ascii: "{") else {
            Output.error(answer.error)
            return nil
        }
        return !answer.output.contains(UInt8(ascii: "\\"))
    }
}
