import Foundation
import Testing

/// What CI does has no privileges, no network and no nft.
@Suite struct UnprivilegedTests {
    /// Runs a shell line as nobody, in an empty network namespace, with nothing of nft in PATH.
    private func asNobody(_ line: String) throws -> Portgate.Outcome {
        try Portgate.shell(
            """
            copy=$(mktemp -d); trap 'rm -rf "$copy"' EXIT; chmod 755 "$copy"; cp "$portgate" "$copy/portgate"
            unshare --net setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all \
                env -i PATH=/usr/bin:/bin portgate="$copy/portgate" bash -c \(quoted(line))
            """)
    }

    private func quoted(_ text: String) -> String { "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'" }

    @Test("A11: check finds what nft -c does not: rules that never match and names without meaning, without privilege")
    func a11() throws {
        let policy = """
            version: 1
            name: x
            networks: { office: [10.0.0.0/8] }
            identities: { api: { addresses: [192.0.2.0/24] } }
            ports:
              - { name: db, port: 5432, allow: [{ name: r, cidrs: [office], identities: [api] }] }
            """
        let outcome = try asNobody("printf '%s\n' \(quoted(policy)) | \"$portgate\" check -; echo \"exit $?\"")
        #expect(outcome.output.contains("error[PG"))
        #expect(outcome.output.contains("exit 1"))
    }

    @Test("a pipe inside a policy's folder, under include or as a list is refused and never waited for")
    func pipes() throws {
        let outcome = try Portgate.shell(
            """
            d=$(mktemp -d); trap 'rm -rf "$d"' EXIT; cd "$d"; mkfifo pipe.yaml list
            printf 'version: 1\nname: x\ninclude: [pipe.yaml]\nnetworks: { n: { file: list } }\n' > gate.yaml
            timeout 20 "$portgate" check . ; echo "folder $?"
            timeout 20 "$portgate" check gate.yaml; echo "file $?"
            (cat > pipe.yaml) < gate.yaml & timeout 20 "$portgate" check pipe.yaml > /dev/null; echo "named $?"
            """)
        #expect(outcome.output.contains("folder 2") && outcome.output.contains("file 1"), "\(outcome.output)")
        #expect(outcome.output.contains("list") && outcome.output.contains("pipe.yaml"))
        #expect(!outcome.output.contains(" 124"))
    }

    @Test("K07: a policy of a thousand rules is checked and compiled without privilege")
    func k07() throws {
        var policy = "version: 1\nname: big\nports:\n"
        for port in 1...100 {
            policy += "  - name: p\(port)\n    port: \(9000 + port)\n    allow:\n"
            for rule in 0..<10 { policy += "      - { name: r\(rule), cidrs: [10.\(port).\(rule).0/24] }\n" }
        }
        let outcome = try asNobody(
            "printf '%s' \(quoted(policy)) > /tmp/portgate-k07-$$; f=/tmp/portgate-k07-$$; "
                + "\"$portgate\" check $f > /dev/null; echo \"check $?\"; "
                // Without the proof, which takes a build for debugging minutes at this size; small policies are proved here too.
                + "\"$portgate\" compile --no-proof $f | grep -c 'goto pg_a_'; rm -f $f")
        #expect(outcome.output == "check 0\n1000\n", "\(outcome.errors)")
    }
}
