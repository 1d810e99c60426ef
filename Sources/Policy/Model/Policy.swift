/// A gate as declared: the merged content of one policy file, or of a directory of them. Every name in it resolves.
///
/// Values of this type are made by ``PolicyLoader``, which reports what is wrong instead of making one.
public struct Policy: Hashable, Sendable {
    /// The language version; always 1.
    public var version: Int
    /// The gate's name.
    public var name: String
    /// Who answers for it.
    public var owner: String?
    /// Declared networks, sorted by name.
    public var networks: [Network]
    /// Declared identities, sorted by name.
    public var identities: [Identity]
    /// Declared windows, sorted by name.
    public var windows: [Window]
    /// Declared ports in the order of the files.
    public var ports: [Port]
    /// Own request types, sorted by name.
    public var signatures: [Signature]
    /// Settings for the whole gate.
    public var defaults: Defaults
    /// Unit tests in the order of the files.
    public var tests: [PolicyTest]
    /// The files behind all spans.
    public var sources: SourceMap
    /// SHA-256 over what was read (paths left out, order fixed), as 64 lowercase hexadecimal digits.
    public var digest: String

    /// Creates a policy from parts that the loader has checked.
    public init(
        version: Int, name: String, owner: String?, networks: [Network], identities: [Identity], windows: [Window],
        ports: [Port], signatures: [Signature], defaults: Defaults, tests: [PolicyTest], sources: SourceMap,
        digest: String
    ) {
        self.version = version
        self.name = name
        self.owner = owner
        self.networks = networks
        self.identities = identities
        self.windows = windows
        self.ports = ports
        self.signatures = signatures
        self.defaults = defaults
        self.tests = tests
        self.sources = sources
        self.digest = digest
    }

    /// Returns the declared network of that name.
    public func network(named name: Name) -> Network? { networks.first { $0.name == name } }
    /// Returns the declared identity of that name.
    public func identity(named name: Name) -> Identity? { identities.first { $0.name == name } }
    /// Returns the declared window of that name.
    public func window(named name: Name) -> Window? { windows.first { $0.name == name } }
    /// Returns the declared port of that name.
    public func port(named name: Name) -> Port? { ports.first { $0.name == name } }
}

/// A named set of source addresses.
public struct Network: Hashable, Sendable {
    /// The name; never one of the built-in `any` and `loopback`.
    public var name: Name
    /// Where the name stands.
    public var span: SourceSpan
    /// The addresses; never empty.
    public var addresses: AddressSet
    /// Entries as written, for lint; empty when they come from a file.
    public var entries: [CIDREntry]
    /// The list file, when they come from one, as written in the policy.
    public var listFile: String?

    /// Creates a network.
    public init(name: Name, span: SourceSpan, addresses: AddressSet, entries: [CIDREntry], listFile: String?) {
        self.name = name
        self.span = span
        self.addresses = addresses
        self.entries = entries
        self.listFile = listFile
    }
}

/// A block of addresses at its place in the text.
public struct CIDREntry: Hashable, Sendable {
    /// The block.
    public var cidr: CIDR
    /// Where it stands.
    public var span: SourceSpan

    /// Creates an entry.
    public init(cidr: CIDR, span: SourceSpan) {
        self.cidr = cidr
        self.span = span
    }
}

/// A named recurring window of time.
public struct Window: Hashable, Sendable {
    /// The name.
    public var name: Name
    /// Where the name stands.
    public var span: SourceSpan
    /// When it is open.
    public var schedule: WindowSchedule
    /// The zone's rules, resolved.
    public var zone: TimeZoneRules

    /// Creates a window.
    public init(name: Name, span: SourceSpan, schedule: WindowSchedule, zone: TimeZoneRules) {
        self.name = name
        self.span = span
        self.schedule = schedule
        self.zone = zone
    }
}

/// Settings for the whole gate.
public struct Defaults: Hashable, Sendable {
    /// What becomes of listeners on ports that no policy declares.
    public enum Undeclared: String, Hashable, Sendable, CaseIterable {
        /// They are found and reported.
        case report
        /// Connections to them are refused.
        case deny
    }

    /// Whether packets must come by a way that leads back to their source (`fib saddr`).
    public enum SourceCheck: String, Hashable, Sendable, CaseIterable {
        /// By the interface that the host would answer over.
        case strict
        /// By any interface, as long as the host can answer at all: where routes are asymmetric.
        case loose
        /// It is not looked at.
        case none
    }

    /// The NFLOG group, 0...65535 (0 is the kernel's default group; the default here is 77).
    public var logGroup: UInt16 = 77
    /// The bits of the conntrack mark that the gate may use: contiguous, non-zero, at least 8 bits.
    public var markMask: UInt32 = 0xff00_0000
    /// Where `mark-mask` stands, when it is written.
    public var markMaskSpan: SourceSpan?
    /// Days that records are kept, at least 1.
    public var retentionDays: Int = 90
    /// Where `retention` stands, when it is written.
    public var retentionSpan: SourceSpan?
    /// How the sources of packets are checked against the routes.
    public var sourceCheck: SourceCheck = .strict
    /// What becomes of undeclared listeners.
    public var undeclared: Undeclared = .report
    /// Where `undeclared` stands, when it is written.
    public var undeclaredSpan: SourceSpan?

    /// Creates the defaults of the language.
    public init() {}
}
