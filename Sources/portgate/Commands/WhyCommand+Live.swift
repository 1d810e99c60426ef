import Drift
import Gate
import Glibc
import Policy
import Reports

extension WhyCommand {
    /// Sends the first packet of an attempt through the live rules.
    func livePath(_ attempt: AccessAttempt, by policy: Policy) throws -> PacketPath {
        var packet = FirstPacket(attempt, by: policy, accounts: HostAccounts.database)
        packet.destination = destination
        if let interface {
            let index = if_nametoindex(interface)
            guard index != 0 else { throw CommandFailure(.usage, "this host has no interface '\(interface)'") }
            packet.interface = FirstPacket.Interface(name: interface, index: index)
        }
        do throws(GateFailure) {
            return PacketPath(of: packet, through: try RulesetReader().read())
        } catch {
            let diagnostic = error.diagnostic
            throw CommandFailure(.incomplete, "\(diagnostic.message) [\(diagnostic.code)]")
        }
    }

    /// What the live rules' answer means for the caller.
    func exitCode(_ agreement: Verdict.Agreement?) -> ExitCode {
        switch agreement {
        case .disagrees: .findings
        case .elsewhere: .incomplete
        case .agrees, .undeclared, .admitted, .later, nil: .clean
        }
    }
}

extension IPAddress {
    /// Whether it is of IPv4.
    var isV4: Bool { if case .v4 = self { true } else { false } }
}
