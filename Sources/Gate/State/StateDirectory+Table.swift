import JSON
public import Nftables
import Policy

extension StateDirectory {
    /// Reads the table of a generation from its recorded text, which must read as exactly what portgate renders; nil when the
    /// generation took the gate away.
    public func table(of record: GenerationRecord) throws(GateFailure) -> Table? {
        let ruleset = try ruleset(of: record)
        if ruleset.text.isEmpty, record.origin == .noGate { return nil }
        let folder = folder(of: record.number)
        do throws(GenerationRuleset.Failure) { return try ruleset.table() } catch {
            switch error {
            case .text(let reason): throw .stateDamaged("\(folder)/ruleset.nft", "it cannot be read: \(reason)")
            case .elements(let reason): throw .stateDamaged("\(folder)/elements.bin", "it cannot be read: \(reason)")
            }
        }
    }
}

extension StateDirectory {
    /// Reads the table that an interrupted change was to put in force on a host; nil when there is none, or too little is
    /// left of it to say. It only tells whose the differences are.
    public func interruptedTable(on host: HostIdentity) throws(GateFailure) -> Table? {
        guard let number = try interrupted() else { return nil }
        do throws(GateFailure) {
            guard let record = try record(number), record.host == host else { return nil }
            return try table(of: record)
        } catch { return nil }
    }
}

extension StateDirectory {
    /// Reads the policy's files of a generation, whose digests must be the recorded ones.
    public func sources(of record: GenerationRecord) throws(GateFailure) -> [GenerationRecord.Source] {
        let folder = folder(of: record.number)
        guard let listed = try readJSON("\(folder)/meta.json", limit: Self.recordLimit)?["sources"]?.elements else {
            return []
        }
        var found: [GenerationRecord.Source] = []
        for (index, entry) in listed.enumerated() {
            let path = "\(folder)/sources/\(index)"
            guard let name = entry["path"]?.text, let digest = entry["sha256"]?.text else {
                throw .stateDamaged("\(folder)/meta.json", "source \(index) is not described")
            }
            let bytes: [UInt8]?
            do throws(SystemError) { bytes = try StateFile.read(path, limit: 512 << 20, isOurs: true) } catch {
                throw .stateUnusable(error.description, exit: .couldNotLook)
            }
            guard let bytes else { throw .stateDamaged(path, "it is not there") }
            guard Digest.hex(of: bytes) == digest else {
                throw .stateDamaged(path, "its content is not what was recorded")
            }
            found.append(GenerationRecord.Source(path: name, bytes: bytes))
        }
        return found
    }
}

extension StateDirectory {
    /// Reads what is left of a generation's ruleset, whatever was recorded of it; empty when nothing is.
    func remains(of number: Int) -> [UInt8] {
        do throws(SystemError) {
            return try StateFile.read("\(folder(of: number))/ruleset.nft", limit: 512 << 20, isOurs: true) ?? []
        } catch { return [] }
    }
}
