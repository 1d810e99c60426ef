import Glibc
import Policy

extension StateDirectory {
    /// Writes all of a generation before the kernel is touched: its text, its sources, its record, and the file that will
    /// make it current. A full or read-only disk shows here, while nothing has happened yet.
    func prepare(
        _ record: GenerationRecord, ruleset: [UInt8], sources: [GenerationRecord.Source]
    ) throws(GateFailure) {
        let folder = folder(of: record.number)
        do throws(SystemError) {
            try StateFile.makeFolder(folder)
            try StateFile.write("\(folder)/ruleset.nft", ruleset)
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
            let meta = JSONValue.object(members + [JSONValue.Member("sources", .array(listed))])
            try StateFile.write("\(folder)/meta.json", meta.rendered())
            try StateFile.synchronize(folder: "\(path)/generations")
            let current = JSONValue.members(["format": .number(1), "generation": .number(Int64(record.number))])
            try StateFile.prepare(currentPath, current.rendered())
            let intent = JSONValue.members([
                "format": .number(1), "generation": .number(Int64(record.number)),
                "began": .string(record.created.rfc3339), "pid": .number(Int64(getpid())),
            ])
            try StateFile.write(intentPath, intent.rendered())
        } catch {
            remove(record.number)
            throw .stateUnusable(error.description, exit: .refused)
        }
    }

    /// Takes a prepared generation away that never touched the kernel, and its intent.
    func discard(_ number: Int) {
        unlink(intentPath)
        remove(number)
    }

    /// Removes what is written of a generation, as far as that can be done: it would take the room that is missing, or crowd
    /// out a generation that was in force.
    private func remove(_ number: Int) {
        for staged in [currentPath, intentPath] { unlink(staged + ".new") }
        let folder = folder(of: number)
        for inner in ["\(folder)/sources", folder] {
            let names: [String]
            do throws(SystemError) { names = try StateFile.names(in: inner) } catch { continue }
            for name in names { unlink("\(inner)/\(name)") }
            rmdir(inner)
        }
    }

    /// Makes a prepared generation the current one and takes the intent away.
    func settle(_ record: GenerationRecord, _ outcome: GenerationOutcome) throws(GateFailure) {
        do throws(SystemError) {
            try StateFile.write("\(folder(of: record.number))/outcome.json", outcome.json.rendered())
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

    /// Removes the oldest generations beyond ``generationsKept``, never the current one nor the one before it.
    func prune(keeping current: GenerationRecord) throws(GateFailure) {
        let spare = try numbers().dropLast(Self.generationsKept)
        for number in spare where number != current.number && number != current.previous {
            remove(number)
        }
    }
}
