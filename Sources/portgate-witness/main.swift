// A witness of ledgers, and the one who submits a host's ledger to witnesses. A program of its own, so that neither a server nor a client
// of HTTP is ever in `portgate` or in the recorder.
import CLinux
import Glibc

for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 {
    // The wrong direction on purpose: what was closed stays unusable.
    _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
}
signal(SIGPIPE, SIG_IGN)
// A core file would hold the witness's key.
_ = portgate_undumpable()

let words = Array(CommandLine.arguments.dropFirst())
do throws(UsageError) {
    switch words.first {
    case "keys": exit(try KeysCommand(words.dropFirst()).run())
    case "serve": exit(try ServeCommand(words.dropFirst()).run())
    case "submit": exit(try SubmitCommand(words.dropFirst()).run())
    case "-h", "--help", "help":
        write(HelpText.all, to: STDOUT_FILENO)
        exit(0)
    case nil: throw UsageError("a command is missing: keys, serve or submit")
    case let word?: throw UsageError("'\(word)' is no command: keys, serve or submit")
    }
} catch {
    fail("\(error.description); portgate-witness --help says what there is", exit: 2)
}
