import Glibc
import Host
import Witness

/// `keys`: makes a witness's key, or shows its public half.
struct KeysCommand {
    private let arguments: Arguments
    private let name: String?
    private let state: String

    init(_ words: ArraySlice<String>) throws(UsageError) {
        arguments = try Arguments(words, options: ["--name", "--state-dir"])
        state = try arguments.one("--state-dir") ?? ServeCommand.standardState
        name = try arguments.one("--name")
        guard !arguments.wantsHelp else { return }
        guard arguments.operands == ["init"] || arguments.operands == ["show"] else {
            throw UsageError("keys takes 'init' or 'show'")
        }
        guard (name != nil) == (arguments.operands == ["init"]) else {
            throw UsageError("--name goes with 'keys init', which needs it")
        }
    }

    func run() -> Int32 {
        if arguments.wantsHelp {
            write(HelpText.all, to: STDOUT_FILENO)
            return 0
        }
        do throws(WitnessFailure) {
            guard let name else {
                write("\(try WitnessStore.publicKey(in: state))\n", to: STDOUT_FILENO)
                return 0
            }
            let store = try WitnessStore(state)
            write("\(try store.makeKey(name: name).key)\n", to: STDOUT_FILENO)
            return 0
        } catch {
            write("portgate-witness: \(error)\n", to: STDERR_FILENO)
            if case .present = error { return 4 }
            return 3
        }
    }
}
