import CLinux
import Glibc
public import Policy

/// Runs one session from its proof to its end.
public struct SessionRunner: Sendable {
    /// CAP_NET_ADMIN, to change sets.
    private static let changes: UInt32 = 1 << 12
    /// CAP_SYS_PTRACE, to look at the connection that sshd holds.
    private static let looks: UInt32 = 1 << 19

    private let now: @Sendable () -> Instant
    private let show: @Sendable (String) -> Void

    /// Creates a runner with a clock and a place for a few lines of words.
    public init(now: @escaping @Sendable () -> Instant, show: @escaping @Sendable (String) -> Void) {
        self.now = now
        self.show = show
    }

    /// Leaves everything behind that the user may have prepared: environment, capabilities beyond the two that are needed,
    /// working folder, open descriptors. Call it before anything else, when the program has more rights than its user.
    public static func confine() throws(GateFailure) {
        // First of all: nothing below may read the environment.
        guard portgate_clear_environment() == 0, portgate_undumpable() == 0, portgate_no_new_privileges() == 0,
            portgate_close_from(3) == 0, chdir("/") == 0
        else { throw .kernelUnreadable(SystemError("confine the session").description) }
        umask(0o077)
        guard portgate_keep_capabilities(changes | looks) == 0 else {
            throw .kernelUnreadable(SystemError("drop capabilities").description)
        }
        guard portgate_has_capabilities(changes | looks) != 0 else { throw .sessionNotPrivileged() }
    }

    /// Proves the session, keeps it until it ends, and takes it back.
    public func run() throws(GateFailure) {
        guard portgate_has_capabilities(Self.changes | Self.looks) != 0 else { throw .sessionNotPrivileged() }
        let origin = try SessionOrigin.find()
        let watch = try SessionWatch(origin)
        // Between the look and the watch a process may have gone and another come under its number.
        guard try SessionOrigin.find() == origin else { throw .noSSHConnection("it ended while it was looked at") }
        // From here on only sets are changed.
        guard portgate_keep_capabilities(Self.changes) == 0 else {
            throw .kernelUnreadable(SystemError("drop capabilities").description)
        }
        guard let user = Account.name(origin.account) else { throw .noIdentity(user: "uid \(origin.account)") }
        let entry = SessionEntry(account: origin.account, source: origin.source, process: getpid(), since: now())
        let keeper = SessionKeeper.live(entry, user: user)
        guard try !keeper.proven().isEmpty else { throw .noIdentity(user: user) }
        let living = try SessionRegister.entries()
        guard living.filter({ $0.account == origin.account }).count < SessionRegister.mostOfAnAccount else {
            throw .tooManySessions(user: user, most: SessionRegister.mostOfAnAccount)
        }
        let registered = try SessionRegister.enter(entry)
        do throws(GateFailure) {
            let proven = try keeper.beat()
            if proven.isEmpty { throw .noIdentity(user: user) }
            welcome(user, origin.source, proven)
            keep(keeper, watch: watch, user: user, proven: proven)
        } catch {
            close(registered)
            try? keeper.end()
            throw error
        }
        close(registered)
        try keeper.end()
    }

    /// Beats until the session ends. A beat that fails is tried again with the next: rules that are being replaced, or taken
    /// away, come back.
    private func keep(
        _ keeper: SessionKeeper, watch: borrowing SessionWatch, user: String, proven: [SessionScope.Entry]
    ) {
        var told: Set<Name> = Set(proven.map(\.identity))
        var shared: [String] = []
        var next = portgate_boot_milliseconds() + SessionKeeper.beatMilliseconds
        tellShared(keeper.entry, &shared)
        while true {
            let moment = portgate_boot_milliseconds()
            if moment < next {
                if watch.ends(within: next - moment) { return }
                continue
            }
            next = moment + SessionKeeper.beatMilliseconds
            do throws(GateFailure) {
                let found = try keeper.beat()
                let names = Set(found.map(\.identity))
                if names != told {
                    show(found.isEmpty ? "portgate: closed: no rule in force asks for \(user) any more" : open(found))
                    told = names
                }
            } catch {
                show("portgate: \(error.diagnostic.message) [\(error.diagnostic.code)]; trying again")
            }
            tellShared(keeper.entry, &shared)
        }
    }

    private func welcome(_ user: String, _ source: IPAddress, _ proven: [SessionScope.Entry]) {
        show("portgate: you are \(user) from \(source)")
        show(open(proven) + " while this session lives; Ctrl-D ends it")
    }

    private func open(_ proven: [SessionScope.Entry]) -> String {
        var seen: Set<String> = []
        let rules = proven.flatMap(\.rules).filter { seen.insert($0).inserted }
        guard !rules.isEmpty else { return "portgate: proven, though no rule asks for it," }
        return "portgate: open for you where the rest of the rule holds: \(rules.joined(separator: ", "))"
    }

    /// Says so when others prove themselves from the same address: whoever comes from there has what each of them has.
    private func tellShared(_ entry: SessionEntry, _ told: inout [String]) {
        guard let living = try? SessionRegister.entries() else { return }
        let users = SessionOverview.sharing(entry.account, entry.source, among: living).map { Account.words($0) }
        guard users != told else { return }
        told = users
        guard !users.isEmpty else { return }
        show(
            "portgate: \(entry.source) is shared with \(users.joined(separator: ", ")): whoever comes from there reaches what "
                + "any of you opens [PG478]")
    }
}

extension SessionKeeper {
    /// A keeper on the live kernel.
    static func live(_ entry: SessionEntry, user: String) -> SessionKeeper {
        SessionKeeper(
            entry: entry, user: user, scope: { () throws(GateFailure) in try SessionScope.live() },
            generation: { () throws(GateFailure) in
                do throws(NetlinkSocket.Failure) {
                    var query = try NetfilterQuery()
                    return try query.generation()
                } catch { throw .kernelUnreadable(error.words) }
            },
            change: { changes, seen throws(GateFailure) in try KernelDoor.change(changes, expecting: seen) },
            sessions: { () throws(GateFailure) in try SessionRegister.entries() })
    }
}
