// Proves the user of an SSH connection for as long as it lives: for an account's ForceCommand or login shell. It may hold
// capabilities that its users do not, so it takes nothing from them: no argument, no environment, no file.
import Gate
import Glibc
import Host
import Policy

func write(_ text: String, to descriptor: Int32) {
    let bytes = Array("\(text)\n".utf8)
    // A reader that is gone ends the session by itself.
    _ = Glibc.write(descriptor, bytes, bytes.count)
}

for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 {
    // The wrong direction on purpose: what was closed stays unusable.
    _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
}
signal(SIGPIPE, SIG_IGN)
do {
    try SessionRunner.confine()
    try SessionRunner(now: { Clock.now }, show: { write($0, to: STDOUT_FILENO) }).run()
} catch {
    write("portgate: \(error.diagnostic.message) [\(error.diagnostic.code)]", to: STDERR_FILENO)
    for note in error.diagnostic.notes { write("  note: \(note.message)", to: STDERR_FILENO) }
    exit(error.exit.rawValue)
}
