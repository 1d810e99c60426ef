import Glibc
import JSON
public import Policy

/// Where the gate keeps what it did: `lock`, `intent.json`, `current`, `generations/<number>/`, and `lists/`.
///
/// It holds the compiled text of every generation and the policy it came from, its lists among it, never a listing of the
/// kernel. It belongs to one host and one network namespace, which each generation names. Only its owner may look into it.
public struct StateDirectory: Hashable, Sendable {
    /// The folder when nothing else is said.
    public static let standardPath = "/var/lib/portgate"
    /// Generations kept; older ones are removed after a change.
    public static let generationsKept = 100

    /// The largest of the small files.
    static let smallLimit = 1 << 20
    private static let rulesetLimit = 512 << 20
    /// The largest record of a generation: a policy may name a hundred thousand list files.
    static let recordLimit = 64 << 20

    /// The folder.
    public let path: String

    /// Names a folder; nothing is touched.
    public init(path: String) { self.path = path.isEmpty ? Self.standardPath : path }

    var lockPath: String { "\(path)/lock" }
    var currentPath: String { "\(path)/current" }
    var intentPath: String { "\(path)/intent.json" }
    func folder(of generation: Int) -> String { "\(path)/generations/\(generation)" }

    // MARK: - Opening

    /// Makes sure that the folder is there, ours and private; creates it when it is missing.
    func prepareForWriting() throws(GateFailure) {
        do throws(SystemError) {
            try makeParents()
            try StateFile.makeFolder(path)
            try checkPrivate(path)
            try StateFile.makeFolder("\(path)/generations")
            try checkPrivate("\(path)/generations")
        } catch { throw .stateUnusable(error.description, exit: .refused) }
    }

    private func makeParents() throws(SystemError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).dropLast()
        var parent = path.hasPrefix("/") ? "" : "."
        for part in parts {
            parent += "/" + part
            if mkdir(parent, 0o755) != 0, errno != EEXIST, errno != EROFS, errno != EACCES {
                throw SystemError("create \(parent)")
            }
        }
    }

    func checkPrivate(_ folder: String) throws(SystemError) {
        var status = stat()
        guard lstat(folder, &status) == 0 else { throw SystemError("stat \(folder)") }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw SystemError("\(folder) is no folder", code: ENOTDIR) }
        guard status.st_uid == geteuid() else { throw SystemError("\(folder) belongs to another user", code: EPERM) }
        guard status.st_mode & 0o077 == 0 else {
            throw SystemError("\(folder) is open to other users (chmod 700 \(folder))", code: EPERM)
        }
    }

    /// Takes the lock, after making sure of the folder.
    public func lock(waitSeconds: Int, now: Instant) throws(GateFailure) -> StateLock {
        try prepareForWriting()
        return try StateLock.take(lockPath, waitSeconds: waitSeconds, now: now)
    }

    // MARK: - Reading

    /// Returns the number of the generation in force, or nil when there never was one.
    public func currentNumber() throws(GateFailure) -> Int? {
        guard let json = try readJSON(currentPath) else { return nil }
        guard json["format"]?.integer == 1, let number = json["generation"]?.integer, number >= 1, number < 1 << 31
        else {
            throw .stateDamaged(currentPath, "it names no generation")
        }
        return Int(number)
    }

    /// Returns the generation in force, or nil when there never was one.
    public func current() throws(GateFailure) -> GenerationRecord? {
        guard let number = try currentNumber() else { return nil }
        guard var record = try record(number) else {
            throw .stateDamaged(currentPath, "it names generation \(number), which is not there")
        }
        // Loaded again by a boot, it is in force where that was.
        if let json = try readJSON(currentPath), let boot = json["boot_id"]?.text,
            let namespace = json["network_namespace"]?.integer, namespace >= 0
        {
            record.host = HostIdentity(namespace: UInt64(namespace), boot: boot)
        }
        return record
    }

    /// Returns the record of a generation, or nil when there is none of that number.
    public func record(_ number: Int) throws(GateFailure) -> GenerationRecord? {
        let path = "\(folder(of: number))/meta.json"
        guard let json = try readJSON(path, limit: Self.recordLimit) else { return nil }
        guard let record = GenerationRecord(json: json), record.number == number else {
            throw .stateDamaged(path, "it is no record of generation \(number)")
        }
        return record
    }

    /// Returns what is recorded of a generation's table, whose digest must be the recorded one.
    func ruleset(of record: GenerationRecord) throws(GateFailure) -> GenerationRuleset {
        let path = "\(folder(of: record.number))/ruleset.nft"
        let text: [UInt8]?
        let elements: [UInt8]?
        do throws(SystemError) {
            text = try StateFile.read(path, limit: Self.rulesetLimit, isOurs: true)
            elements = try StateFile.read(
                "\(folder(of: record.number))/elements.bin", limit: Self.rulesetLimit, isOurs: true)
        } catch { throw .stateUnusable(error.description, exit: .couldNotLook) }
        guard let text else { throw .stateDamaged(path, "it is not there") }
        let ruleset = GenerationRuleset(text: text, elements: elements ?? [])
        guard ruleset.digest == record.rulesetDigest else {
            let elements = text.isEmpty || elements == nil ? "" : ", with that of elements.bin beside it,"
            throw .stateDamaged(path, "its content\(elements) is not what was recorded")
        }
        return ruleset
    }

    /// Returns how a generation ended, or nil when it was never said.
    public func outcome(of number: Int) throws(GateFailure) -> GenerationOutcome? {
        let path = "\(folder(of: number))/outcome.json"
        guard let json = try readJSON(path) else { return nil }
        guard let outcome = GenerationOutcome(json: json) else { throw .stateDamaged(path, "it is no outcome") }
        return outcome
    }

    /// Returns the numbers of all generations, in order.
    public func numbers() throws(GateFailure) -> [Int] {
        do throws(SystemError) {
            return try StateFile.names(in: "\(path)/generations")
                .compactMap { name in Int(name).flatMap { String($0) == name && $0 >= 1 && $0 < 1 << 31 ? $0 : nil } }
                .sorted()
        } catch {
            if error.code == ENOENT { return [] }
            throw .stateUnusable(error.description, exit: .couldNotLook)
        }
    }

    /// Returns the number of a generation whose change began and never said how it ended.
    public func interrupted() throws(GateFailure) -> Int? {
        guard let json = try readJSON(intentPath) else { return nil }
        guard let number = json["generation"]?.integer, number >= 1, number < 1 << 31 else {
            throw .stateDamaged(intentPath, "it names no generation")
        }
        return Int(number)
    }

    func readJSON(_ path: String, limit: Int = smallLimit) throws(GateFailure) -> JSONValue? {
        let bytes: [UInt8]?
        do throws(SystemError) { bytes = try StateFile.read(path, limit: limit, isOurs: true) } catch {
            throw .stateUnusable(error.description, exit: .couldNotLook)
        }
        guard let bytes else { return nil }
        do throws(JSONReader.Malformed) { return try JSONReader.value(of: bytes) } catch {
            throw .stateDamaged(path, "\(error.reason), at byte \(error.offset)")
        }
    }
}
