import Foundation
import Testing

/// What `portgate grant` and `portgate session` make of their arguments, before anything is looked at.
@Suite struct GrantCommandTests {
    @Test(
        "arguments that cannot be meant exit 2 and say which",
        arguments: [
            ("grant", "missing operand"), ("grant alice", "missing option --port"),
            ("grant alice --port db --from 10.0.0.5 --for 30m", "missing option --reason"),
            ("grant alice --port 'a b'", "--port 'a b'"), ("grant 'a;b'", "no name of an identity"),
            ("grant alice --from 10.0.0.5/8", "--from '10.0.0.5/8'"),
            ("grant alice --from nowhere", "--from 'nowhere'"),
            ("grant alice --from ::ffff:10.0.0.5", "--from"), ("grant alice --for 30", "--for '30'"),
            ("grant alice --for 31d", "of at most 30 days"), ("grant alice --for 0s", "--for '0s'"),
            ("grant alice --for -1h", "--for '-1h'"), ("grant alice --for 99999999999999999999h", "--for"),
            ("grant alice --for 30M", "--for '30M'"), ("grant alice --for 1h30m", "--for '1h30m'"),
            ("grant alice --reason ''", "--reason is empty"), ("grant alice --reason $'a\\nb'", "U+A"),
            ("grant alice --reason $'\\e[2Jx'", "U+1B"), ("grant alice --ticket $'\\xe2\\x80\\xae'", "U+202E"),
            ("grant alice --reason $(printf '%0500d' 0)", "longer than 400 bytes"),
            ("grant list --port db", "--port does not go with 'grant list'"), ("grant list x", "unexpected operand"),
            ("grant revoke", "missing operand ID"), ("grant revoke x", "not the number of a grant"),
            ("grant revoke 0", "not the number"), ("grant revoke -- -1", "not the number"),
            ("session start", "unexpected operand"), ("session -o json", "goes with 'portgate session list'"),
        ])
    func usage(line: String, message: String) throws {
        let outcome = try Portgate.shell("\"$portgate\" \(line)")
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.output == "")
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }
}
