import Glibc
import JSON
import Policy

// The list files of policies, beside the generations: `lists/<SHA-256 of the content>`, each content once, however many
// generations and paths share it. `meta.json` of a generation says which paths its policy knew them by.

extension StateDirectory {
    /// Bytes of lists kept in all. Beyond them those go that only old generations name, the oldest first.
    static let listBytesKept = 1 << 30

    var listsPath: String { "\(path)/lists" }

    // MARK: - Reading

    /// Returns the list files that the policy of a generation names, in the order of their first use and without their
    /// contents; nil for a generation that was recorded before lists were.
    ///
    /// - Throws: PG402 when they are not described as portgate does.
    func lists(of generation: Int) throws(GateFailure) -> [ListFile]? {
        let path = "\(folder(of: generation))/meta.json"
        guard let value = try readJSON(path, limit: Self.recordLimit)?["lists"] else { return nil }
        guard let listed = value.elements else { throw .stateDamaged(path, "its lists are not described") }
        let limits = LoadLimits()
        var found: [ListFile] = []
        var total = 0
        for (index, entry) in listed.enumerated() {
            // The digest becomes the name of a file.
            guard let name = entry["path"]?.text, let digest = entry["sha256"]?.text, Self.isDigest(digest),
                let size = entry["bytes"]?.integer, (0...Int64(limits.listBytes)).contains(size)
            else { throw .stateDamaged(path, "list \(index) is not described") }
            total += Int(size)
            // The last one may begin just below the bound.
            guard total <= limits.totalBytes + limits.listBytes else {
                throw .stateDamaged(path, "its lists are too large")
            }
            found.append(ListFile(path: name, digest: digest, size: Int(size)))
        }
        return found
    }

    /// Reads what the list files of a generation held, each once; the contents must be the recorded ones.
    ///
    /// - Throws: PG402 when a content is missing or another, PG401 when it cannot be read or is not ours.
    func contents(of lists: [ListFile], generation: Int) throws(GateFailure) -> [ListFile] {
        var known: [String: [UInt8]] = [:]
        var found: [ListFile] = []
        for list in lists {
            let bytes: [UInt8]
            if let read = known[list.digest] {
                bytes = read
            } else {
                bytes = try content(of: list, generation: generation)
            }
            known[list.digest] = bytes
            found.append(ListFile(path: list.path, digest: list.digest, size: list.size, bytes: bytes))
        }
        return found
    }

    private func content(of list: ListFile, generation: Int) throws(GateFailure) -> [UInt8] {
        let path = listPath(list.digest)
        let bytes: [UInt8]?
        do throws(SystemError) { bytes = try StateFile.read(path, limit: LoadLimits().listBytes, isOurs: true) } catch {
            throw .stateUnusable(error.description, exit: .couldNotLook)
        }
        guard let bytes else { throw .listDamaged(path, "it is not there", list.path, generation) }
        guard bytes.count == list.size else {
            throw .listDamaged(path, "it has \(bytes.count) bytes, not \(list.size)", list.path, generation)
        }
        guard Digest.hex(of: bytes) == list.digest else {
            throw .listDamaged(path, "its content is not what was recorded", list.path, generation)
        }
        return bytes
    }

    private func listPath(_ digest: String) -> String { "\(listsPath)/\(digest)" }

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    // MARK: - Writing

    /// Stores the contents that are given, durably, unless they are there already; one that was damaged is written anew.
    ///
    /// - Returns: the digests of those that were not there. When the rest fails they are taken away again.
    func store(_ lists: [ListFile]) throws(SystemError) -> [String] {
        var added: [String] = []
        var seen: Set<String> = []
        do throws(SystemError) {
            for list in lists {
                guard let bytes = list.bytes, seen.insert(list.digest).inserted else { continue }
                if seen.count == 1 {
                    try StateFile.makeFolder(listsPath)
                    try checkPrivate(listsPath)
                }
                let path = listPath(list.digest)
                let likeness = StateFile.compare(path, bytes)
                if likeness == .same { continue }
                if likeness == .absent { added.append(list.digest) }
                try StateFile.write(path, bytes)
            }
            // What was there may be of a change that was killed before its names were durable.
            if !seen.isEmpty { try StateFile.synchronize(folder: listsPath) }
        } catch {
            for digest in seen { unlink(listPath(digest) + ".new") }
            takeAway(lists: added)
            throw error
        }
        return added
    }

    /// Removes lists that no generation names, as far as that can be done: they would take the room that is missing.
    func takeAway(lists digests: [String]) {
        for digest in digests { unlink(listPath(digest)) }
    }

    /// Makes sure that the lists of a policy are stored that is in force already. Returns false when the generation in force
    /// was recorded without them.
    func keep(_ lists: [ListFile]?, of current: GenerationRecord) throws(GateFailure) -> Bool {
        guard let lists, !lists.isEmpty else { return true }
        guard let recorded = try self.lists(of: current.number), recorded.map(\.digest) == lists.map(\.digest) else {
            return false
        }
        do throws(SystemError) { _ = try store(lists) } catch {
            throw .stateUnusable(error.description, exit: .refused)
        }
        return true
    }

    /// The lists as `meta.json` describes them.
    static func description(of lists: [ListFile]) -> JSONValue {
        .array(
            lists.map { list in
                .members([
                    "path": .string(list.path), "sha256": .string(list.digest), "bytes": .number(Int64(list.size)),
                ])
            })
    }

    // MARK: - Removing

    /// Removes what no generation names any more, what interrupted changes left, and beyond `limit` bytes what only old
    /// generations name. Lists of the `needed` generations always stay. Nothing is removed while a record cannot be read.
    func pruneLists(needed: [Int], limit: Int = StateDirectory.listBytesKept) throws(GateFailure) {
        let names: [String]
        do throws(SystemError) {
            // Those of portgate, and such as were not yet put into their place.
            names = try StateFile.names(in: listsPath).filter {
                Self.isDigest($0.hasSuffix(".new") ? String($0.dropLast(4)) : $0)
            }
        } catch {
            if error.code == ENOENT { return }
            throw .stateUnusable(error.description, exit: .couldNotLook)
        }
        guard !names.isEmpty else { return }
        var kept: Set<String> = []
        var total = 0
        for number in needed {
            for list in try lists(of: number) ?? [] where kept.insert(list.digest).inserted { total += list.size }
        }
        // As a rule the list did not change since the generation before.
        if names.allSatisfy({ kept.contains($0) }) { return }
        var isFull = false
        for number in try numbers().reversed() where !needed.contains(number) {
            for list in try lists(of: number) ?? [] where !kept.contains(list.digest) {
                isFull = isFull || list.size > limit - total
                guard !isFull else { continue }
                kept.insert(list.digest)
                total += list.size
            }
        }
        for name in names where !kept.contains(name) { unlink("\(listsPath)/\(name)") }
    }
}
