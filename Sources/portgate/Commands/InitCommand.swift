import Gate
import Glibc
import Policy

/// `portgate init`: a first policy from what listens on this host.
struct InitCommand: Command {
    static let name = "init"
    static let summary = "write a first policy from the listening sockets of this host"
    static let details = """
        Asks the kernel for the TCP and UDP sockets that listen in this network namespace and writes a policy that closes \
        every one of them, but what listens on loopback only, and the SSH connection it is run over. Owners are TODO. As root \
        it names the processes. Nothing is overwritten and nothing is applied.
        """
    static let exitCodes: [ExitCode] = [.clean, .usage, .incomplete]
    static let operands: Operands<Self> = .optional("FILE", completion: .paths) { settings, text throws(UsageError) in
        guard !text.isEmpty else { throw UsageError("an empty FILE names no file") }
        settings.path = text
    }

    private var path: String?

    init() {}

    func run(_ console: Console) throws -> ExitCode {
        do {
            let ssh = SSHConnection.current(environment: console.environment("SSH_CONNECTION"))
            let listeners = try HostListeners.current()
            let policy = FirstPolicy(host: Self.hostName(), listeners: listeners, ssh: ssh, made: .now)
            guard let path, path != "-" else {
                try console.write(policy.text)
                return .clean
            }
            try FirstPolicy.write(policy.text, to: path)
            console.say("wrote \(path): \(listeners.listeners.count) listening sockets; nothing is applied")
            console.say("next: portgate check \(path)")
            return .clean
        } catch let failure as GateFailure {
            console.say("portgate: \(failure.diagnostic.message) [\(failure.diagnostic.code)]")
            return ExitCode(rawValue: failure.exit.rawValue) ?? .incomplete
        }
    }

    private static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "host" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
