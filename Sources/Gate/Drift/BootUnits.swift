import Drift
import Glibc
import Policy

/// What loads the gate when the host starts, as the unit files of systemd say.
struct BootUnits: Sendable {
    /// Where systemd looks for units, the one that counts first.
    private static let folders = [
        "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
        "/lib/systemd/system",
    ]

    /// A unit that runs `portgate boot`.
    struct Unit: Hashable, Sendable {
        /// Its name, as `portgate.service`.
        let name: String
        /// The file that counts.
        let path: String
        /// Its lines.
        let lines: [String]
        /// Files that change parts of it.
        let dropIns: [String]
        /// What wants it, as `/etc/systemd/system/sysinit.target.wants`; empty when it is not enabled.
        let wantedBy: [String]
    }

    /// Why nobody looked; nil when somebody did.
    var unknown: String?
    /// Whether there is systemd at all.
    var hasSystemd = false
    /// The folders that were looked into.
    var looked: [String] = []
    /// The units that run `portgate boot`.
    var units: [Unit] = []

    /// Looks below a folder that stands for the root of the file system.
    static func read(root: String = "") -> BootUnits {
        var found = BootUnits()
        found.hasSystemd = exists("\(root)/usr/lib/systemd/systemd") || exists("\(root)/lib/systemd/systemd")
        var files: [String: String] = [:]
        var wanted: [String: [String]] = [:]
        var dropIns: [String: [String]] = [:]
        for folder in folders {
            guard let names = names(in: root + folder) else { continue }
            found.looked.append(folder)
            for name in names.sorted() {
                if name.hasSuffix(".service") {
                    if files[name] == nil { files[name] = "\(folder)/\(name)" }
                } else if name.hasSuffix(".wants") || name.hasSuffix(".requires") {
                    for unit in self.names(in: "\(root)\(folder)/\(name)") ?? [] where unit.hasSuffix(".service") {
                        wanted[unit, default: []].append("\(folder)/\(name)")
                    }
                } else if name.hasSuffix(".service.d") {
                    for part in self.names(in: "\(root)\(folder)/\(name)") ?? [] where part.hasSuffix(".conf") {
                        dropIns[String(name.dropLast(2)), default: []].append("\(folder)/\(name)/\(part)")
                    }
                }
            }
        }
        for (name, path) in files.sorted(by: { $0.key < $1.key }) {
            guard let lines = lines(of: path, root: root), lines.contains(where: runsBoot) else { continue }
            found.units.append(
                Unit(
                    name: name, path: path, lines: lines, dropIns: dropIns[name] ?? [], wantedBy: wanted[name] ?? []))
        }
        return found
    }

    private static func runsBoot(_ line: String) -> Bool {
        guard line.hasPrefix("ExecStart=") else { return false }
        let words = line.dropFirst(10).split(separator: " ")
        guard let program = words.first, words.dropFirst().first == "boot" else { return false }
        return program.split(separator: "/").last?.drop { "@-:+!".contains($0) } == "portgate"
    }

    private static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private static func names(in folder: String) -> [String]? {
        do throws(SystemError) { return try StateFile.names(in: folder) } catch { return nil }
    }

    /// Reads the lines of a unit, behind one link; a unit that is masked has none.
    private static func lines(of path: String, root: String) -> [String]? {
        var path = path
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(root + path, &buffer, buffer.count)
        if count > 0 {
            let target = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let folder = path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
            path = target.hasPrefix("/") ? target : "\(folder)/\(target)"
        }
        let bytes: [UInt8]?
        do throws(SystemError) { bytes = try StateFile.read(root + path, limit: 1 << 20) } catch { return nil }
        return bytes.map { bytes in
            bytes.split(separator: 0x0a).map { String(decoding: $0, as: UTF8.self) }.filter {
                !$0.hasPrefix("#") && !$0.hasPrefix(";")
            }
        }
    }

    // MARK: Saying

    /// Returns what is to be said.
    func findings() -> [DriftFinding] {
        if let unknown { return [DriftFinding(.bootUnknown(unknown), kind: .bootMissing)] }
        guard hasSystemd || !units.isEmpty else {
            let places =
                looked.isEmpty ? "none of its folders is there" : "looked into \(looked.joined(separator: ", "))"
            return [DriftFinding(.bootUnknown("there is no systemd; \(places)"), kind: .bootMissing)]
        }
        let enabled = units.filter { !$0.wantedBy.isEmpty }
        guard !enabled.isEmpty else {
            var notes = ["looked into \(looked.joined(separator: ", "))"]
            notes += units.map { "\($0.path) would, and is not enabled" }
            return [DriftFinding(.bootMissing(notes), kind: .bootMissing, repair: .boot)]
        }
        return enabled.compactMap { unit in
            let differences = Self.differences(unit)
            guard !differences.isEmpty else { return nil }
            return DriftFinding(
                .bootAltered(unit.path, differences), kind: .bootMissing, subject: unit.name, repair: .boot)
        }
    }

    /// Returns in what a unit is not as packaged, as far as it matters.
    private static func differences(_ unit: Unit) -> [String] {
        var found: [String] = []
        func values(_ key: String) -> [Substring] {
            unit.lines.filter { $0.hasPrefix("\(key)=") }.flatMap {
                $0.dropFirst(key.utf8.count + 1).split(separator: " ")
            }
        }
        if !values("Before").contains("network-pre.target") {
            found.append("it is not ordered before network-pre.target: the network may be up before the gate")
        }
        if values("Type") != ["oneshot"] {
            found.append("its type is not oneshot: what comes after does not wait for it")
        }
        for key in ["ExecStop", "ExecStopPost", "ExecReload", "ExecStartPost"] where !values(key).isEmpty {
            found.append("it has \(key)=, which can open the gate")
        }
        for key in ["ConditionPathExists", "ConditionKernelCommandLine", "ConditionVirtualization"]
        where !values(key).isEmpty {
            found.append("it has \(key)=, which can keep it from running")
        }
        found += unit.dropIns.map { "\($0) changes it" }
        return found
    }
}
