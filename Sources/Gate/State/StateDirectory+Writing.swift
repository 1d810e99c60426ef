import Glibc
import JSON
import Policy

extension StateDirectory {
    /// Writes all of a generation before the kernel is touched: its text, its sources and lists, its record, and the file that
    /// will make it current, or, when it is to be confirmed, that tells of it. A full or read-only disk shows here, while
    /// nothing has happened yet.
    ///
    /// - Parameter lists: the list files of the policy. One without content is taken to be stored; nil when nobody knows them.
    func prepare(
        _ record: GenerationRecord, ruleset: GenerationRuleset, sources: [GenerationRecord.Source],
        lists: [ListFile]? = [], pending: PendingConfirmation? = nil
    ) throws(GateFailure) {
        let folder = folder(of: record.number)
        var stored: [String] = []
        do throws(SystemError) {
            stored = try store(lists ?? [])
            try StateFile.makeFolder(folder)
            try StateFile.write("\(folder)/ruleset.nft", ruleset.text)
            if !ruleset.elements.isEmpty { try StateFile.write("\(folder)/elements.bin", ruleset.elements) }
            var listed: [JSONValue] = []
            if !sources.isEmpty { try StateFile.makeFolder("\(folder)/sources") }
            for (index, source) in sources.enumerated() {
                let name = "sources/\(index)"
                try StateFile.write("\(folder)/\(name)", source.bytes)
                listed.append(
                    .members([
                        "path": .string(source.path), "file": .string(name),
                        "sha256": .string(Digest.hex(of: source.bytes)),
                    ]))
            }
            guard case .object(let members) = record.json else { return }
            let described = lists.map { [JSONValue.Member("lists", Self.description(of: $0))] } ?? []
            let meta = JSONValue.object(members + [JSONValue.Member("sources", .array(listed))] + described).rendered()
            guard meta.count <= Self.recordLimit else {
                throw SystemError("write \(folder)/meta.json", code: EFBIG)
            }
            try StateFile.write("\(folder)/meta.json", meta)
            try StateFile.synchronize(folder: "\(path)/generations")
            try StateFile.prepare(currentPath, Self.naming(record.number))
            if let pending { try StateFile.write(pendingPath, pending.json.rendered()) }
            try writeIntent(record.number, at: record.created)
        } catch {
            // There was none before: else nothing new could have been begun.
            if pending != nil { unlink(pendingPath) }
            remove(record.number)
            takeAway(lists: stored)
            throw .stateUnusable(error.description, exit: .refused)
        }
    }

    /// The content of the file that makes a generation the current one.
    private static func naming(_ number: Int) -> [UInt8] {
        JSONValue.members(["format": .number(1), "generation": .number(Int64(number))]).rendered()
    }

    private func writeIntent(_ number: Int, at moment: Instant) throws(SystemError) {
        let intent = JSONValue.members([
            "format": .number(1), "generation": .number(Int64(number)), "began": .string(moment.rfc3339),
            "pid": .number(Int64(getpid())),
        ])
        try StateFile.write(intentPath, intent.rendered())
    }

    /// Writes down that a generation is the current one and in force on a host: a boot has loaded it there again.
    func noteInForce(_ number: Int, on host: HostIdentity) throws(GateFailure) {
        let current = JSONValue.members([
            "format": .number(1), "generation": .number(Int64(number)),
            "network_namespace": .number(Int64(clamping: host.namespace)), "boot_id": .string(host.boot),
        ])
        do throws(SystemError) { try StateFile.write(currentPath, current.rendered()) } catch {
            throw .unrecorded(error.description)
        }
    }

    /// Writes down that an interrupted change came to nothing, and takes the intent away.
    func settleInterrupted(_ outcome: GenerationOutcome) throws(GateFailure) {
        guard let number = try interrupted() else { return }
        do throws(SystemError) {
            if try StateFile.names(in: folder(of: number)).contains("meta.json") {
                try StateFile.write("\(folder(of: number))/outcome.json", outcome.json.rendered())
            }
        } catch { if error.code != ENOENT { throw .unrecorded(error.description) } }
        do throws(SystemError) {
            try StateFile.remove(currentPath + ".new")
            try StateFile.remove(intentPath)
        } catch { throw .unrecorded(error.description) }
    }

    /// Writes down that a waiting generation is about to be confirmed, and stages the file that will make it current.
    func prepareConfirmation(of pending: PendingConfirmation, at moment: Instant) throws(GateFailure) {
        do throws(SystemError) {
            try StateFile.prepare(currentPath, Self.naming(pending.generation))
            try writeIntent(pending.generation, at: moment)
        } catch { throw .stateUnusable(error.description, exit: .refused) }
    }

    /// Writes down how a generation ended that waited to be confirmed.
    func note(_ outcome: GenerationOutcome, of pending: PendingConfirmation) throws(GateFailure) {
        do throws(SystemError) {
            try StateFile.write("\(folder(of: pending.generation))/outcome.json", outcome.json.rendered())
        } catch { throw .unrecorded(error.description) }
    }

    /// Ends the waiting of a generation.
    func settle(_ pending: PendingConfirmation, _ outcome: GenerationOutcome) throws(GateFailure) {
        try note(outcome, of: pending)
        do throws(SystemError) {
            if outcome.isInForce {
                try StateFile.prepare(currentPath, Self.naming(pending.generation))
                try StateFile.settle(currentPath)
            } else {
                try StateFile.remove(currentPath + ".new")
            }
            try StateFile.remove(pendingPath)
            try StateFile.remove(intentPath)
        } catch { throw .unrecorded(error.description) }
    }

    /// Takes a prepared generation away that never touched the kernel, its intent, and the lists that only it names.
    func discard(_ number: Int) {
        unlink(intentPath)
        unlink(pendingPath)
        remove(number)
        // A list that stays takes room, nothing else.
        do throws(GateFailure) {
            let current = try current()
            try pruneLists(needed: [current?.number, current?.previous].compactMap(\.self))
        } catch { return }
    }

    /// Removes what is written of a generation, as far as that can be done: it would take the room that is missing, or crowd
    /// out a generation that was in force.
    private func remove(_ number: Int) {
        for staged in [currentPath, intentPath, pendingPath] { unlink(staged + ".new") }
        let folder = folder(of: number)
        for inner in ["\(folder)/sources", folder] {
            let names: [String]
            do throws(SystemError) { names = try StateFile.names(in: inner) } catch { continue }
            for name in names { unlink("\(inner)/\(name)") }
            rmdir(inner)
        }
    }

    /// Makes a prepared generation the current one, unless it has to be confirmed, and takes the intent away.
    func settle(
        _ record: GenerationRecord, _ outcome: GenerationOutcome, pending: PendingConfirmation? = nil
    ) throws(GateFailure) {
        do throws(SystemError) {
            try StateFile.write("\(folder(of: record.number))/outcome.json", outcome.json.rendered())
            if let pending {
                try StateFile.write(pendingPath, pending.json.rendered())
            } else {
                try StateFile.remove(pendingPath)
            }
            if outcome.isInForce {
                try StateFile.settle(currentPath)
            } else {
                try StateFile.remove(currentPath + ".new")
            }
            try StateFile.remove(intentPath)
        } catch { throw .unrecorded(error.description) }
    }

    /// Returns the number that the next generation gets: one above all there are, finished or not.
    func nextNumber() throws(GateFailure) -> Int { (try numbers().last ?? 0) + 1 }

    /// Removes the oldest generations beyond ``generationsKept``, never the current one nor the one before it, and the lists
    /// that none names any more.
    func prune(keeping current: GenerationRecord) throws(GateFailure) {
        let spare = try numbers().dropLast(Self.generationsKept)
        for number in spare where number != current.number && number != current.previous {
            remove(number)
        }
        try pruneLists(needed: [current.number] + [current.previous].compactMap(\.self))
    }
}
