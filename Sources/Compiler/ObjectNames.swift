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
    static let remoteMap = "pg_remote"
    static let ownMap = "pg_own"

    /// Chain that judges what reaches a port from outside.
    static func remoteJudge(_ port: Name) -> String { "pg_p_\(port)" }
    /// Chain that judges connections of this host to itself.
    static func ownJudge(_ port: Name) -> String { "pg_l_\(port)" }
    /// Chain and counter of what a rule allows.
    static func allowed(_ port: Name, _ rule: Name) -> String { "pg_a_\(port)/\(rule)" }
    /// Chain that records what a port refuses, and counter of all of it.
    static func denied(_ port: Name) -> String { "pg_d_\(port)" }
    /// Chain that refuses.
    static func refusal(_ port: Name) -> String { "pg_r_\(port)" }
    /// Counter of what is refused and logged.
    static func deniedLogged(_ port: Name) -> String { "pg_n_\(port)" }
    /// Counter of what is refused and, its source being over its rate of records, not logged.
    static func deniedQuiet(_ port: Name) -> String { "pg_q_\(port)" }
    /// Counter of packets without an owner that end connections a process of this host was allowed.
    static func leftover(_ port: Name) -> String { "pg_o_\(port)" }

    /// Meter of a port's refused sources.
    static func deniedMeter(_ port: Name, v6: Bool) -> String { "pg_m\(v6 ? 6 : 4)_\(port)" }
    /// Meter of sources whose untracked packets are allowed.
    static func untrackedMeter(v6: Bool) -> String { "pg_u\(v6 ? 6 : 4)" }
}
