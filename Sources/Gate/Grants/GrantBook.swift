import Glibc
import JSON
import Policy

/// The grants of a host: those in force and the latest that ended. Kept in `grants.json`, written whole or not at all.
struct GrantBook: Hashable, Sendable {
    /// Grants in force at once, at most.
    static let mostOpen = 1_000
    /// Ended grants that are still listed; the journal has all of them.
    static let endedKept = 100

    /// The number that the next grant gets.
    var next = 1
    /// The grants in the order of their numbers.
    var grants: [Grant] = []

    /// Those that have not ended.
    var living: [Grant] { grants.filter { $0.state != .ended } }

    /// Changes a grant.
    mutating func change(_ number: Int, _ work: (inout Grant) -> Void) {
        guard let index = grants.firstIndex(where: { $0.number == number }) else { return }
        work(&grants[index])
    }

    /// Ends a grant.
    mutating func end(_ number: Int, _ how: String, at moment: Instant) {
        change(number) { grant in
            grant.state = .ended
            grant.end = Grant.End(how: how, at: moment)
        }
        let spare = grants.filter { $0.state == .ended }.dropLast(Self.endedKept).map(\.number)
        grants.removeAll { spare.contains($0.number) }
    }

    var json: JSONValue {
        .members([
            "format": .number(1), "next": .number(Int64(next)), "grants": .array(grants.map(\.json)),
        ])
    }

    init() {}

    init?(json: JSONValue) {
        guard json["format"]?.integer == 1, let next = json["next"]?.integer, next >= 1, next < 1 << 31,
            let listed = json["grants"]?.elements
        else { return nil }
        let grants = listed.compactMap { Grant(json: $0) }
        guard grants.count == listed.count, zip(grants, grants.dropFirst()).allSatisfy({ $0.number < $1.number }),
            grants.last.map({ $0.number < next }) ?? true
        else { return nil }
        self.next = Int(next)
        self.grants = grants
    }
}

extension StateDirectory {
    var grantsPath: String { "\(path)/grants.json" }
    var grantJournalPath: String { "\(path)/grants.jsonl" }

    /// Reads the grants.
    func grantBook() throws(GateFailure) -> GrantBook {
        guard let json = try readJSON(grantsPath) else { return GrantBook() }
        guard let book = GrantBook(json: json) else { throw .stateDamaged(grantsPath, "it holds no grants") }
        return book
    }

    /// Writes the grants, durably.
    func write(_ book: GrantBook) throws(GateFailure) {
        do throws(SystemError) { try StateFile.write(grantsPath, book.json.rendered()) } catch {
            throw .stateUnusable(error.description, exit: .refused)
        }
    }

    /// Adds a line to the journal of grants, durably. What a power failure tore stays a line of its own.
    func journal(_ entry: JSONValue) throws(GateFailure) {
        do throws(SystemError) { try StateFile.append(line: entry.line(), to: grantJournalPath) } catch {
            throw .stateUnusable(error.description, exit: .refused)
        }
    }
}

extension StateFile {
    /// Adds a line to a file and makes it durable. When the file does not end with a line break, one comes first.
    static func append(line: [UInt8], to path: String) throws(SystemError) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw SystemError("write \(path)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError("write \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() || status.st_uid == 0 else {
            throw SystemError("write \(path)", code: EINVAL)
        }
        var bytes = line + [0x0a]
        var last: UInt8 = 0
        if status.st_size > 0, pread(descriptor, &last, 1, status.st_size - 1) == 1, last != 0x0a {
            bytes.insert(0x0a, at: 0)
        }
        // One call, so that a line is never mixed with another's; a short one is an error and leaves a torn line.
        let count = Glibc.write(descriptor, bytes, bytes.count)
        guard count == bytes.count else { throw SystemError("write \(path)", code: count < 0 ? errno : ENOSPC) }
        guard fsync(descriptor) == 0 else { throw SystemError("fsync \(path)") }
        if status.st_size == 0 { try synchronize(folderOf: path) }
    }
}

extension JSONValue {
    /// The value on one line, without a line break at its end. Text never holds one: it is escaped.
    func line() -> [UInt8] {
        var bytes: [UInt8] = []
        var atStart = false
        for byte in rendered() {
            switch byte {
            case 0x0a: atStart = true
            case 0x20 where atStart: continue
            default:
                atStart = false
                bytes.append(byte)
            }
        }
        return bytes
    }
}
