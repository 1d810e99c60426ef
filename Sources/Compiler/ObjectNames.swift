import Policy

/// The names of everything in the table. The prefix keeps them clear of nft's keywords, and `/`, which no ``Name`` holds,
/// keeps a rule's objects clear of a port's.
enum ObjectNames {
    static let table = "portgate"
    /// Base chain for what reaches this host from outside.
    static let gate = "pg_gate"
    /// Base chain for connections of this host to itself.
    static let local = "pg_local"
    /// Chain that is never reached and carries the facts of the rendering as comments.
    static let about = "pg_about"
    /// Map from the port that a client asks for to its judge.
    static let remoteMap = "pg_remote"
    /// Map from the port that this host asks itself for to its judge.
    static let ownMap = "pg_own"
    /// Map from the port that a socket of this host answers from to the judge of answers.
    static let answerMap = "pg_answers"
    /// The same for TCP alone: segments of connections that conntrack took up from the server's side.
    static let takenUpMap = "pg_taken_up"
    /// Maps from the port that was asked for, before its translation, to the judge of answers: of this host's sockets, and of
    /// what comes back from behind it.
    static let translatedMap = "pg_translated"
    static let returningMap = "pg_returning"
    /// Map from the port that this host answers itself from.
    static let ownAnswerMap = "pg_own_answers"
    /// Maps of ports that are gated on one path only, by the port that is asked for.
    static let hostMap = "pg_host"
    static let forwardedMap = "pg_forwarded"
    /// Returns the name of the map beside another one that holds its ranges of ports, where there are any.
    static func ranges(_ map: String) -> String { map + "_ranges" }
    /// Base chains of those.
    static let input = "pg_input"
    static let forward = "pg_forward"

    /// Base chains of the packets in which handshakes are read, and the map from the port that was asked for to what logs them.
    static let heard = "pg_heard"
    static let said = "pg_said"
    static let tapMap = "pg_tapped"
    /// Map of the packets that the recorder sends to hear of them, and chain that logs them.
    static let beatMap = "pg_beats"
    static let beat = "pg_beat"
    /// What the names of the sets begin with that say that a durable ledger was there within so many seconds.
    static let durablePrefix = "pg_durable/"
    static func durable(within seconds: UInt32) -> String { "\(durablePrefix)\(seconds)" }
    /// Chains that ask for it, from outside and for connections of this host itself, and counter of those that it kept out.
    static func audited(_ port: Name) -> String { "pg_audited_\(port)" }
    static func ownAudited(_ port: Name) -> String { "pg_own_audited_\(port)" }
    /// Chain that logs a packet for the reader of handshakes.
    static func tap(_ port: Name) -> String { "pg_tap_\(port)" }

    /// Chain for what arrives for a broadcast or multicast address.
    static let group = "pg_group"
    /// Chain that ends what is allowed under this epoch, and what is allowed until something ends.
    static let live = "pg_live"
    static let admitted = "pg_admitted"
    /// Chains that end what is allowed on a port whose server must speak first.
    static let awaitLive = "pg_await_live"
    static let awaitAdmitted = "pg_await_admitted"
    /// Chain that cuts a connection, and chain of those that have been cut.
    static let cut = "pg_cut"
    static let dead = "pg_dead"
    /// What the base chains lead to when a connection is not live.
    static let arriving = "pg_arriving"
    static let leaving = "pg_leaving"

    /// Set of where clients' first bytes stand.
    static let firstBytes = "pg_first"
    /// Set of connections whose first bytes are known, a little longer than they are.
    static let opened = "pg_opened"
    /// Set of connections whose first segment was right under a rule.
    static func judged(_ port: Name, _ rule: Name) -> String { "pg_f_\(port)/\(rule)" }
    /// Set of the addresses of an identity's sessions.
    static func sessions(_ identity: Name, v6: Bool) -> String { "pg_i\(v6 ? 6 : 4)_\(identity)" }
    /// Set of the sources that are granted access to a port.
    static func grants(_ port: Name, v6: Bool) -> String { "pg_g\(v6 ? 6 : 4)_\(port)" }
    /// What the names of sets of cgroups begin with.
    static let cgroupPrefix = "pg_k_"
    /// Set of the ids of an identity's cgroup. It is named by the path as well: a set never stands for two paths, so that it
    /// can be filled before the rules change, and while two generations stand side by side.
    static func cgroups(_ cgroup: ProcessClause.Cgroup) -> String {
        "\(cgroupPrefix)\(cgroup.identity)/\(Digest.hex(of: Array(cgroup.path.utf8)).prefix(8))"
    }
    /// Meter of a rule's new connections.
    static func rateMeter(_ port: Name, _ rule: Name, v6: Bool) -> String { "pg_c\(v6 ? 6 : 4)_\(port)/\(rule)" }

    /// Chain that judges what reaches a port from outside.
    static func remoteJudge(_ port: Name) -> String { "pg_p_\(port)" }
    /// Chain that judges connections of this host to itself.
    static func ownJudge(_ port: Name) -> String { "pg_l_\(port)" }
    /// Chain that judges what a socket of this host answers, and the same behind a translated destination.
    static let answerJudgePrefix = "pg_b_"
    static func answerJudge(_ port: Name) -> String { answerJudgePrefix + port.text }
    static func translatedJudge(_ port: Name) -> String { "pg_c_\(port)" }
    /// Chain of what this host answers itself.
    static func ownAnswers(_ port: Name) -> String { "pg_e_\(port)" }
    /// Chain and counter of what a rule allows.
    static func allowed(_ port: Name, _ rule: Name) -> String { "pg_a_\(port)/\(rule)" }
    /// Chain of what a rule allows until something ends.
    static func allowedForNow(_ port: Name, _ rule: Name) -> String { "pg_t_\(port)/\(rule)" }
    /// Chain of packets whose source a rule with request types allows.
    static func typed(_ port: Name, _ rule: Name, lasts: Bool) -> String {
        "\(lasts ? "pg_w_" : "pg_wt_")\(port)/\(rule)"
    }
    /// Chain that holds payload against a rule's request types.
    static func payloads(_ port: Name, _ rule: Name) -> String { "pg_x_\(port)/\(rule)" }
    /// Chain of first segments that were right.
    static func right(_ port: Name, _ rule: Name) -> String { "pg_y_\(port)/\(rule)" }
    /// Chain that looks whether the server acknowledged a first segment that was right.
    static func verified(_ port: Name, _ rule: Name, lasts: Bool) -> String {
        "\(lasts ? "pg_z_" : "pg_zt_")\(port)/\(rule)"
    }
    /// Chain that remembers where a client's first byte will stand.
    static let openingPrefix = "pg_h_"
    static func opening(_ port: Name) -> String { openingPrefix + port.text }
    /// Chain that holds a server's first bytes against what the port serves.
    static func served(_ port: Name) -> String { "pg_s_\(port)" }
    /// Chain and counter of connections whose first bytes were wrong.
    static func unfit(_ port: Name) -> String { "pg_u_\(port)" }
    /// Chain and counter of connections that were allowed and are not any more.
    static func revoked(_ port: Name) -> String { "pg_j_\(port)" }
    /// Counter of segments that came before the first one was judged; the client sends them again.
    static func early(_ port: Name) -> String { "pg_f_\(port)" }
    /// Counter of new connections over a rule's rate.
    static func overRate(_ port: Name, _ rule: Name) -> String { "pg_w_\(port)/\(rule)" }
    /// Chain and counter of what a grant allows.
    static func granted(_ port: Name) -> String { "pg_v_\(port)" }
    /// Chain and counter of what an observed rule would allow.
    static func wouldAllow(_ port: Name, _ rule: Name) -> String { "pg_o_\(port)/\(rule)" }
    /// Chains that judge new connections by the declaration that is staged beside a port, from outside and of this host itself.
    static func stagedJudge(_ port: Name) -> String { "pg_sj_\(port)" }
    static func stagedOwnJudge(_ port: Name) -> String { "pg_sl_\(port)" }
    /// Chain and counter of what a rule of a staged declaration would allow, and of what the declaration would refuse.
    static func stagedAllow(_ port: Name, _ rule: Name) -> String { "pg_so_\(port)/\(rule)" }
    static func stagedDeny(_ port: Name) -> String { "pg_sd_\(port)" }
    /// Meter of the sources that a staged declaration would refuse.
    static func stagedMeter(_ port: Name, v6: Bool) -> String { "pg_sm\(v6 ? 6 : 4)_\(port)" }
    /// Chain that records what a port refuses, and counter of all of it.
    static func denied(_ port: Name) -> String { "pg_d_\(port)" }
    /// Chain that refuses.
    static func refusal(_ port: Name) -> String { "pg_r_\(port)" }
    /// Counter of what is refused and logged.
    static func deniedLogged(_ port: Name) -> String { "pg_n_\(port)" }
    /// Counters of what is allowed and logged, by a rule and by grants.
    static func allowedLogged(_ port: Name, _ rule: Name) -> String { "pg_n_\(port)/\(rule)" }
    static func grantedLogged(_ port: Name) -> String { "pg_gn_\(port)" }
    /// Counter of what is refused and, its source being over its rate of records, not logged.
    static func deniedQuiet(_ port: Name) -> String { "pg_q_\(port)" }
    /// Counter of packets without an owner that end connections a process of this host was allowed.
    static func leftover(_ port: Name) -> String { "pg_o_\(port)" }

    /// Meter of a port's refused sources.
    static func deniedMeter(_ port: Name, v6: Bool) -> String { "pg_m\(v6 ? 6 : 4)_\(port)" }
    /// Meter of sources whose untracked packets are allowed.
    static func untrackedMeter(v6: Bool) -> String { "pg_u\(v6 ? 6 : 4)" }
}
