extension DiagnosticCatalog {
    static let identities: [DiagnosticEntry] = [
        DiagnosticEntry(
            code: "PG441", title: "an address that no WireGuard peer is bound to", severity: .error,
            explanation:
                "A `wireguard` identity is its peer's address on the interface: WireGuard drops what comes from an address "
                + "that its AllowedIPs do not bind to the sender's key. An address that no peer is bound to proves nobody, "
                + "and whoever becomes a peer next may be given it. So the policy is not applied. Add the peer "
                + "(`wg set wg0 peer KEY allowed-ips ADDRESS`), or correct the identity. The same when the interface is "
                + "none of WireGuard's."),
        warning(
            "PG442", "an address that no WireGuard peer is bound to any more",
            "A rule in force lets an address in over a WireGuard interface, and no peer's AllowedIPs hold it now: the peer "
                + "was removed or renumbered. Nobody can use the address at this moment; the next peer that is given it can. "
                + "Correct the policy or the peers."),
        warning(
            "PG443", "an interface that does not exist",
            "A `wireguard` or `link` identity names an interface that this network namespace does not have: it is down, was "
                + "renamed, or the policy is for another host. The rules match by name, so they hold as soon as an interface "
                + "of that name appears; until then nobody comes in by them."),
        warning(
            "PG444", "a cgroup that does not exist",
            "A `process` identity names a cgroup whose path does not exist on this host: the unit is not running, or is "
                + "called otherwise. The identity is nobody, never everybody. The kernel knows cgroups by id, and an id exists "
                + "only as long as its cgroup: start the unit, then run `portgate apply` again."),
        warning(
            "PG445", "a cgroup that was made anew",
            "The rules know the cgroup of a `process` identity by its id, and the path has another one by now, usually "
                + "because the unit was restarted. Its connections are refused until `portgate apply` binds the path again; "
                + "the same policy will do. Run it when the unit starts (ExecStartPost)."),
        warning(
            "PG446", "an account whose number changed",
            "The policy names a user or group, the rules know its number, and by the account database of today the name has "
                + "another number or none. Whoever has the old number now is let in under the name. Apply the policy again."
        ),
        warning(
            "PG447", "the peers of a WireGuard interface are not known",
            "Whether each address of a `wireguard` identity is bound to a peer is asked of `wg` (package wireguard-tools). It "
                + "is not installed, or may not look here, so nobody looked. The rules hold all the same: they let in what "
                + "WireGuard lets through the interface."),
        warning(
            "PG448", "a cgroup that cannot be looked at",
            "The unified hierarchy of cgroups (file system cgroup2) is not mounted where portgate can see it, or the set that "
                + "holds the cgroup's id cannot be read. What the set held before stays. `ip netns exec` hides /sys from what "
                + "it runs: use `nsenter --net=/run/netns/NAME` instead."),
    ]

    private static func warning(_ code: String, _ title: String, _ explanation: String) -> DiagnosticEntry {
        DiagnosticEntry(code: code, title: title, severity: .warning, explanation: explanation)
    }
}
