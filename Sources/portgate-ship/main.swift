// Delivers the records of the ledger to sinks. A program of its own, so that neither libssl nor a sink that hangs is ever in
// `portgate` or in the recorder.
import CLinux
import Glibc

for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 {
    // The wrong direction on purpose: what was closed stays unusable.
    _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
}
signal(SIGPIPE, SIG_IGN)
// A core file would hold the key of the client's certificate.
_ = portgate_undumpable()

do throws(ShipOptions.Malformed) {
    let options = try ShipOptions(Array(CommandLine.arguments.dropFirst()))
    if options.help {
        write(ShipOptions.helpText, to: STDOUT_FILENO)
        exit(0)
    }
    exit(Shipping(options).wait())
} catch {
    fail("\(error.description); portgate-ship --help says what there is", exit: 2)
}
