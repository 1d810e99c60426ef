/// Why there are no rules for a zone's name.
public enum ZoneError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text cannot be a zone's name, or no such zone is installed.
    case unknown
    /// The name stands for whatever the host is set to.
    case dependsOnHost
    /// A zone is installed under the name, and its file is unusable.
    case unusable(TZifError)

    /// The reason, as part of a sentence after the zone's name.
    public var description: String {
        switch self {
        case .unknown: "is not a time zone known on this host; write an IANA name such as Europe/Berlin"
        case .dependsOnHost: "means something else on every host; write an IANA name such as Europe/Berlin"
        case .unusable(let error): error.description
        }
    }
}

/// The time zones a policy may name. The Policy room does no I/O of its own; the Host room supplies the files.
public struct ZoneDatabase: Sendable {
    private let read: @Sendable (_ name: String) -> [UInt8]?
    private let list: @Sendable () -> [String]

    /// Creates a database from two calls: one gives the TZif bytes of a zone, the other lists the known names.
    public init(read: @escaping @Sendable (_ name: String) -> [UInt8]?, names: @escaping @Sendable () -> [String]) {
        self.read = read
        list = names
    }

    /// A database that knows UTC alone.
    public static let onlyUTC = ZoneDatabase(read: { _ in nil }, names: { [] })

    /// Returns the rules of a zone, or nil when it is unknown or unusable. UTC and Etc/UTC need no file.
    public func rules(for name: String) -> TimeZoneRules? {
        switch lookUp(name) {
        case .success(let rules): rules
        case .failure: nil
        }
    }

    /// Returns the rules of a zone, or why there are none.
    public func lookUp(_ name: String) -> Result<TimeZoneRules, ZoneError> {
        if name == "UTC" || name == "Etc/UTC" { return .success(TimeZoneRules(name: name, fixedOffset: 0)) }
        guard Self.isPlausible(name) else { return .failure(.unknown) }
        if name == "localtime" || name == "posixrules" { return .failure(.dependsOnHost) }
        guard let bytes = read(name) else { return .failure(.unknown) }
        do throws(TZifError) {
            return .success(try TimeZoneRules(name: name, tzif: bytes))
        } catch {
            return .failure(.unusable(error))
        }
    }

    /// Returns the known names, sorted, for suggestions.
    public func names() -> [String] { Set(list() + ["UTC"]).sorted() }

    /// Tells whether a text may be handed to the reader: parts of letters, digits, `+`, `-` and `_` with slashes between.
    private static func isPlausible(_ name: String) -> Bool {
        guard (1...64).contains(name.utf8.count) else { return false }
        var partIsEmpty = true
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                partIsEmpty = false
            case UInt8(ascii: "/"):
                if partIsEmpty { return false }
                partIsEmpty = true
            default:
                return false
            }
        }
        return !partIsEmpty
    }
}
