import Glibc

/// Writes a message with one call, so that those of several threads do not mix. A reader that is gone changes nothing.
func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(descriptor, bytes, bytes.count)
}

/// Ends the program with a reason.
func fail(_ text: String, exit code: Int32) -> Never {
    write("portgate-witness: \(text)\n", to: STDERR_FILENO)
    exit(code)
}
