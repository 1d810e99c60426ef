import Sinks

/// What the command line asks for.
struct ShipOptions {
    var state = "/var/lib/portgate"
    var sinks: [SinkAddress] = []
    var once = false
    var timeoutSeconds: Int64 = 10
    var forSeconds: Int64?
    var help = false

    /// Why a command line is none.
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads the arguments behind the program's name.
    init(_ arguments: [String]) throws(Malformed) {
        var place = 0
        while place < arguments.count {
            let argument = arguments[place]
            place += 1
            let name: String
            var value: String?
            if argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") {
                name = String(argument[..<equals])
                value = String(argument[argument.index(after: equals)...])
            } else {
                name = argument
            }
            switch name {
            case "-h", "--help": help = true
            case "--once": once = true
            case "--state", "--state-dir", "--sink", "--timeout", "--for":
                if value == nil, place < arguments.count {
                    value = arguments[place]
                    place += 1
                }
                guard let value, !value.isEmpty else { throw Malformed(description: "\(name) needs a value") }
                try set(name, value)
            default: throw Malformed(description: "'\(argument)' is no option of portgate-ship")
            }
        }
        guard !help else { return }
        guard !sinks.isEmpty else { throw Malformed(description: "no sink is given: --sink tls://HOST:PORT,ca=FILE,…") }
    }

    private mutating func set(_ name: String, _ value: String) throws(Malformed) {
        switch name {
        case "--state", "--state-dir": state = value
        case "--timeout": timeoutSeconds = try Self.seconds(name, value)
        case "--for": forSeconds = try Self.seconds(name, value)
        default:
            let sink: SinkAddress
            do throws(SinkAddress.Malformed) { sink = try SinkAddress(parsing: value) } catch {
                throw Malformed(description: error.description)
            }
            guard !sinks.contains(where: { $0.name == sink.name }) else {
                throw Malformed(description: "two sinks are named '\(sink.name)': give one another name with name=")
            }
            sinks.append(sink)
        }
    }

    private static func seconds(_ name: String, _ value: String) throws(Malformed) -> Int64 {
        guard let seconds = Int64(value), (1...86_400).contains(seconds) else {
            throw Malformed(description: "\(name) wants seconds from 1 to 86400, not '\(value)'")
        }
        return seconds
    }

    static let helpText = """
        Usage: portgate-ship [OPTION…] --sink SINK [--sink SINK…]

        Delivers the records of the ledger to sinks, each from its own cursor, in order and at least once.

        Sinks:
          tls://HOST[:PORT],ca=FILE,cert=FILE,key=FILE
                              syslog over TLS (RFC 5425); the port is 6514 when none is given
              server-name=NAME  the name that the receiver's certificate must have, when it is not HOST
              confirm=SECONDS   how often the receiver is made to prove that it has read everything (30)
          file:/PATH          a file, a record a line
          journald            systemd-journald
              socket=PATH       its socket (/run/systemd/journal/socket)
          Each takes name=NAME, the name of its cursor in DIR/cursors.

        Options:
          --state DIR         the state directory; the ledger is DIR/ledger (/var/lib/portgate);
                              --state-dir is the same
          --timeout SECONDS   the most that one connection, batch or confirmation takes (10); with --once, the whole
          --once              deliver what is in the ledger, and end
          --for SECONDS       end after this time
          -h, --help          this text

        Exit codes:
          0  ended as asked (SIGTERM, SIGINT, SIGHUP, --for); with --once: every sink has taken everything
          1  with --once: a sink has not taken everything; else: a sink could not be ended in time
          2  usage
          3  the system has no thread or descriptor to give

        """
}
