/// What differs about one declared port.
public struct PortDifference: Sendable {
    /// Whether a port is declared before and after.
    public enum Standing: Hashable, Sendable {
        /// By both policies.
        case kept
        /// By the new one alone: before, the gate did not judge it.
        case declared
        /// By the old one alone: the gate judges it no more.
        case undeclared
    }

    /// The old declaration's name.
    public let oldName: Name?
    /// The new declaration's name.
    public let newName: Name?
    /// Where the new declaration stands; the old one's place when there is none.
    public let span: SourceSpan
    /// The numbers, by protocol.
    public let numbers: [(transport: TransportProtocol, ranges: [PortRange])]
    /// Whether it is declared by both.
    public let standing: Standing
    /// Who gains and who loses, what is widened first.
    public var changes: [AccessChange]
    /// Who is let in by the one declaration there is, where only one policy declares the port.
    public var letIn: [AccessChange] = []
    /// What would change if what both policies only observe were enforced; empty when that is the same as ``changes``.
    public var staged: [AccessChange] = []
    /// What else the declarations say differently.
    public let settings: [SettingChange]

    /// The name to show.
    public var name: Name? { newName ?? oldName }
    /// Whether nothing differs.
    public var isEmpty: Bool { changes.isEmpty && staged.isEmpty && settings.isEmpty && standing == .kept }

    /// The number of changes of a direction, settings that open or close something among them.
    public func count(_ direction: AccessChange.Direction) -> Int {
        changes.count { $0.direction == direction } + settings.count { $0.direction == direction }
    }
}
