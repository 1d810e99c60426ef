import CLinux
import Glibc
import Host
import Ledger
import Witness

/// `serve`: answers submissions until an end is asked for.
struct ServeCommand {
    /// The state directory when none is given.
    static let standardState = "/var/lib/portgate-witness"

    private let arguments: Arguments
    private let state: String
    private var listen = ListenAddress.none
    private var anchors: [NoteKey] = []
    private var tls: (certificate: String, key: String)?
    private let seconds: Int64

    init(_ words: ArraySlice<String>) throws(UsageError) {
        arguments = try Arguments(
            words, options: ["--listen", "--log", "--state-dir", "--tls-cert", "--tls-key", "--timeout"])
        state = try arguments.one("--state-dir") ?? Self.standardState
        seconds = try arguments.seconds("--timeout", else: 30)
        guard !arguments.wantsHelp else { return }
        try arguments.noOperands()
        guard let place = try arguments.one("--listen") else { throw UsageError("serve needs --listen ADDRESS:PORT") }
        listen = try ListenAddress(place)
        for text in arguments.all("--log") {
            guard let anchor = NoteKey(text) else {
                throw UsageError("--log '\(text)' is no key as 'portgate keys init' prints it")
            }
            guard !anchors.contains(where: { $0.name == anchor.name }) else {
                throw UsageError("two of --log name '\(anchor.name)'")
            }
            anchors.append(anchor)
        }
        guard !anchors.isEmpty else { throw UsageError("serve needs --log ANCHOR, as 'portgate keys init' prints it") }
        switch (try arguments.one("--tls-cert"), try arguments.one("--tls-key")) {
        case (nil, nil): break
        case (let certificate?, let key?): tls = (certificate, key)
        default: throw UsageError("--tls-cert and --tls-key go together")
        }
    }

    func run() -> Int32 {
        if arguments.wantsHelp {
            write(HelpText.all, to: STDOUT_FILENO)
            return 0
        }
        let signals = portgate_stop_signals()
        guard signals >= 0 else { fail("the system has no descriptor to give", exit: 3) }
        do {
            let store = try WitnessStore(state)
            let service = try WitnessService(
                store, anchors: anchors, clock: { .now },
                say: { write("portgate-witness: \($0)\n", to: STDERR_FILENO) })
            let files = try tls.map { (try Self.text($0.certificate), try Self.text($0.key)) }
            let listener = try listen.open()
            let place = listen.description(of: listener)
            let server = try HTTPServer(listener, tls: files, seconds: seconds) { service.answer($0, $1, $2) }
            write("\(service.key.name) listens on \(files == nil ? "http" : "https")://\(place)\n", to: STDOUT_FILENO)
            var item = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
            while poll(&item, 1, 500) <= 0 { server.endSlowConnections() }
            server.stop()
            return 0
        } catch {
            write("portgate-witness: \(error)\n", to: STDERR_FILENO)
            return 3
        }
    }

    private static func text(_ path: String) throws(HostError) -> String {
        let bytes = try Files.read(path, limit: 1 << 20)
        return String(decoding: bytes, as: UTF8.self)
    }
}
