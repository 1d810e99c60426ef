/// What `--help` says.
enum HelpText {
    static let all = """
        Usage: portgate-witness keys init --name NAME [--state-dir DIR]
               portgate-witness keys show [--state-dir DIR]
               portgate-witness serve --listen ADDRESS:PORT --log ANCHOR… [--state-dir DIR]
               portgate-witness submit --witness URL --witness-key KEY… [--state-dir STATE]

        A witness signs what a log shows it, and never anything that does not continue what it has signed
        (c2sp.org/tlog-witness). It runs on another host than the logs. docs/witness.md says the rest.

        keys      makes the witness's key, or shows its public half
          --name NAME         the witness's unique name, such as witness.example/w1

        serve     answers submissions over HTTP
          --listen ADDRESS:PORT
                              where; an IPv6 address in brackets; the port 0 is any that is free
          --log ANCHOR        a log that is witnessed, by the key that `portgate keys init` printed on its host; repeatable
          --tls-cert FILE, --tls-key FILE
                              PEM: speak TLS
          --timeout SECONDS   the most that one request takes (30)

        submit    on the host of a ledger: tells witnesses of it, and keeps what they signed in STATE/witness
          --witness URL       where a witness is: http://HOST:PORT or https://…; repeatable
          --witness-key KEY   its key, as `portgate-witness keys init` printed it; one for each --witness, in their order
          --ca FILE           PEM: the authorities that a witness's certificate is verified against (else the system's)
          --interval SECONDS  how often (60)
          --timeout SECONDS   the most that one request takes (10); with --once, the whole
          --once              submit what the ledger is now, and end

        Each:
          --state-dir DIR     keys, serve: the witness's own (/var/lib/portgate-witness); submit: the one whose ledger is
                              DIR/ledger (/var/lib/portgate)
          -h, --help          this text

        Exit codes:
          0  done; serve, submit: ended as asked (SIGTERM, SIGINT, SIGHUP)
          1  submit --once: a witness has not signed the checkpoint
          2  usage
          3  the system, or what the files tell, does not let it work
          4  keys init: there is a key already

        """
}
