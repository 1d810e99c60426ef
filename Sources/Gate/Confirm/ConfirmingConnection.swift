import Glibc
import Host

/// The SSH connection that a process was started over, as the tree of processes shows it: the environment may say anything.
public struct ConfirmingConnection: Hashable, Sendable {
    /// A process that another one descends from.
    struct Ancestor: Hashable, Sendable {
        let process: Int32
        /// The name of its program, as the kernel keeps it (at most 15 bytes).
        let name: String
        /// What it calls itself.
        let title: String
        /// When it was started, in ticks of the boot clock.
        let startTicks: Int64

        /// Whether it is an sshd, or what newer ones run for each connection.
        var isServer: Bool { name == "sshd" || name.hasPrefix("sshd-") }
        /// Whether it is the one that waits for connections. It says so since OpenSSH 8.2.
        var isListener: Bool { isServer && title.split(separator: " ").contains("[listener]") }
    }

    /// The number of the process that serves it.
    public let process: Int32
    /// When that was started, in ticks of the boot clock.
    let startTicks: Int64

    /// Finds the connection among ancestors, nearest first: of every sshd but a listener the one that was started first. Nil
    /// when there is none: a console, a unit, or a multiplexer that outlived its connection.
    init?(among ancestors: [Ancestor]) {
        let serving = ancestors.filter { $0.isServer && !$0.isListener }
        guard let oldest = serving.min(by: { $0.startTicks < $1.startTicks }) else { return nil }
        process = oldest.process
        startTicks = oldest.startTicks
    }

    /// Finds the connection that this process was started over.
    public static func current() -> ConfirmingConnection? { ConfirmingConnection(among: Ancestors.processes()) }

    /// Makes sure that it is newer than a moment of the boot clock, in nanoseconds. A start is told in whole ticks, rounded
    /// down: one that began in the same tick is not newer.
    public func requireNewer(than moment: Int64) throws(GateFailure) {
        let start = startTicks.multipliedReportingOverflow(by: BootClock.tick)
        guard !start.overflow, start.partialValue > moment else { throw .connectionTooOld(process) }
    }
}

extension Ancestors {
    /// Reads what the kernel tells of the processes that this one descends from, nearest first.
    static func processes() -> [ConfirmingConnection.Ancestor] {
        var found: [ConfirmingConnection.Ancestor] = []
        var process = getppid()
        while process > 0, found.count < deepest {
            guard let stat = read("/proc/\(process)/stat"), let (name, fields) = fields(of: stat), fields.count > 19,
                let parent = pid_t(fields[1]), let start = Int64(fields[19])
            else { break }
            let title = (read("/proc/\(process)/cmdline") ?? []).map { $0 == 0 ? UInt8(ascii: " ") : $0 }
            found.append(
                ConfirmingConnection.Ancestor(
                    process: process, name: name, title: String(decoding: title, as: UTF8.self), startTicks: start))
            process = parent
        }
        return found
    }

    /// Splits the text of /proc/PID/stat into the name, which is in parentheses and may hold any, and the fields behind it
    /// (proc(5): the first is the third, the state).
    static func fields(of stat: [UInt8]) -> (name: String, rest: [String])? {
        guard let start = stat.firstIndex(of: UInt8(ascii: "(")), let end = stat.lastIndex(of: UInt8(ascii: ")")),
            start < end
        else { return nil }
        let rest = stat[(end + 1)...].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        return (
            String(decoding: stat[(start + 1)..<end], as: UTF8.self), rest.map { String(decoding: $0, as: UTF8.self) }
        )
    }
}
