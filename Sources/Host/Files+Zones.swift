extension Files {
    /// Where the time zone database stands. The environment (`TZDIR`) is not asked: a policy means the same for every caller.
    static let zoneFolder = "/usr/share/zoneinfo"
    /// The largest zone file, in bytes; real ones have under 4 KiB.
    private static let zoneLimit = 1 << 20

    /// Returns the TZif bytes of a time zone by its IANA name, or nil when there is none of that name.
    ///
    /// Names with empty, `.` or `..` parts, absolute ones, and such as are not made of ASCII letters, digits, `_`, `-` and `+`, each
    /// part beginning with a letter, name no zone.
    public static func zoneBytes(_ name: String) -> [UInt8]? { zoneBytes(name, in: zoneFolder) }

    static func zoneBytes(_ name: String, in folder: String) -> [UInt8]? {
        guard isZoneName(name) else { return nil }
        do throws(ReadFailure) {
            let bytes = try BoundedReading.read("\(folder)/\(name)", limit: zoneLimit)
            return bytes.starts(with: "TZif".utf8) ? bytes : nil
        } catch {
            // A zone that cannot be read is one that this host does not know.
            return nil
        }
    }

    private static func isZoneName(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return (1...3).contains(parts.count) && name.utf8.count <= 64
            && parts.allSatisfy { part in
                (part.first.map { UInt8(ascii: "A") <= $0 && $0 <= UInt8(ascii: "z") } ?? false)
                    && part.allSatisfy { byte in
                        switch byte {
                        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                            UInt8(ascii: "+"):
                            true
                        default: false
                        }
                    }
            }
    }

    /// Returns the names of the time zones of this host, sorted; empty when no database is installed. For suggestions.
    public static func zoneNames() -> [String] { zoneNames(in: zoneFolder) }

    static func zoneNames(in folder: String) -> [String] {
        var names: [String] = []
        var waiting = [""]
        while let prefix = waiting.popLast() {
            let entries: [String]
            do throws(Errno) { entries = try Folder.names(in: "\(folder)/\(prefix)") } catch { continue }
            for entry in entries {
                let name = prefix + entry
                // `posix` and `right` hold the whole database again; what is not named like a zone is a table.
                guard isZoneName(name), !["posix", "right", "posixrules", "localtime", "leapseconds"].contains(name)
                else { continue }
                switch kindOrNil("\(folder)/\(name)") {
                case .folder: waiting.append(name + "/")
                case .file: names.append(name)
                case .pipe, .other, nil: continue
                }
            }
        }
        return names.sorted()
    }

    private static func kindOrNil(_ path: String) -> Descriptor.Kind? {
        do throws(Errno) { return try kind(of: path) } catch { return nil }
    }
}
