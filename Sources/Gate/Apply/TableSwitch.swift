import Nftables
import Policy

/// Leads the live table to another one, transaction by transaction, and reads back that it got there. The kernel is the
/// truth: what a load returns is only a hint.
struct TableSwitch {
    /// Why the live table is not the wanted one.
    enum Failure: Error, Hashable {
        /// Another hand changed the table before anything was done.
        case movedOn(String)
        /// Something was done, or may have been, and it did not end as wanted.
        case failed(String)
    }

    /// Commands that belong into the transaction that changes the rules.
    struct Company {
        /// Before the change.
        var before: [UInt8] = []
        /// After it.
        var after: [UInt8] = []
    }

    /// Where it ended.
    struct End {
        /// How many transactions it took.
        let transactions: Int
        /// What was read back.
        let seen: LiveLook
    }

    let door: KernelDoor

    /// Leads to a table, or to none, from a look, as long as nobody else changes the table in between.
    ///
    /// - Returns: how many transactions it took.
    func lead(
        to target: Table?, from look: LiveLook, with company: Company = Company()
    ) throws(Failure) -> Int { try leadAndSee(to: target, from: look, with: company).transactions }

    /// Leads to a table, or to none, and returns what was seen to be live at the end.
    func leadAndSee(
        to target: Table?, from look: LiveLook, with company: Company = Company()
    ) throws(Failure) -> End {
        let batches: [Batch]
        do throws(GateFailure) { batches = try Self.transactions(to: target, from: look.table, with: company) } catch {
            throw .movedOn(error.diagnostic.message)
        }
        let generation = try load(batches, to: target, from: look, with: company)
        let found = try verify(target, after: batches, from: look, at: generation)
        return End(transactions: batches.count, seen: found)
    }

    /// Makes `previous` live again and reads back that it is. When there was no table, what a failed change left of its own
    /// is all there is.
    func restore(_ previous: Table?) throws(GateFailure) {
        let look = try door.look()
        guard look.table != previous else { return }
        for batch in try Self.transactions(to: previous, from: look.table) {
            try door.put(batch, expecting: try door.generation())
        }
        let found = try door.look(expecting: previous)
        guard let first = TableDeviation.between(expected: previous, found: found.table).first else { return }
        throw .kernelUnreadable("the way back ended at something else: \(first)")
    }

    /// Returns what leads from one table to another, a batch for each transaction. What comes in company of the switch of the
    /// rules comes with all else that judges.
    static func transactions(
        to target: Table?, from live: Table?, with company: Company = Company()
    ) throws(GateFailure) -> [Batch] {
        guard let target else {
            let text = Array("delete table inet portgate\n".utf8)
            return live == nil ? [] : [Batch(step: .clean, summary: "take the gate away", text: text)]
        }
        let isAlone = company.before.isEmpty && company.after.isEmpty
        do throws(TableError) {
            return try target.transition(from: live, byElements: isAlone).map { batch in
                var batch = batch
                switch batch.step {
                case .switchOver: batch.text = company.before + batch.text + company.after
                case .replace: batch.text += company.after
                case .fill, .elements, .clean: break
                }
                return batch
            }
        } catch { throw .notLoadable("\(error)") }
    }

    /// Loads the batches; returns the generation that the last of them made, or nil when others made transactions meanwhile.
    private func load(
        _ batches: [Batch], to target: Table?, from look: LiveLook, with company: Company
    ) throws(Failure) -> UInt32? {
        let binder = IdentityBinder(door: door)
        var expected = look.generation
        var isAlone = true
        for (index, batch) in batches.enumerated() {
            let found = try generation()
            // The generation is everybody's: it counts only when this table is another one than the transactions start from.
            if found != expected { isAlone = false }
            if found != expected, try !isStill(batches[index...], to: target, with: company) {
                let reason = "another program changed the table between the look and transaction \(index + 1)"
                throw index == 0 ? .movedOn(reason) : .failed(reason)
            }
            do throws(GateFailure) {
                try door.put(batch, expecting: found)
            } catch {
                // The kernel took nothing of it, as the ruleset is at another generation.
                if index == 0, error.diagnostic.code == "PG406" { throw .movedOn(error.diagnostic.message) }
                // Whatever it says: only the kernel knows. The last transaction may have been committed all the same.
                let isLast = index == batches.count - 1
                if isLast, let found = try? door.look(expecting: target), found.table == target { return nil }
                throw .failed("transaction \(index + 1) of \(batches.count): \(error.diagnostic.message)")
            }
            expected = try generation()
            if expected != KernelDoor.generation(after: found) { isAlone = false }
            // Before the rules that ask for a set as well as after: the first batch makes it, the second asks.
            if binder.bind(target) {
                isAlone = false
                expected = try generation()
            }
        }
        return isAlone ? expected : nil
    }

    /// Whether what is left to load leads from what is live now to the target, to the byte.
    private func isStill(
        _ rest: ArraySlice<Batch>, to target: Table?, with company: Company
    ) throws(Failure) -> Bool {
        do throws(GateFailure) {
            return try Self.transactions(to: target, from: try door.look(expecting: target).table, with: company)
                == Array(rest)
        } catch {
            throw .failed(error.diagnostic.message)
        }
    }

    /// Reads the table back and compares it with what is meant, object by object.
    private func verify(
        _ declared: Table?, after batches: [Batch], from look: LiveLook, at generation: UInt32?
    ) throws(Failure) -> LiveLook {
        let found: LiveLook
        do throws(GateFailure) {
            found = try door.look(after: batches, from: look, to: declared, at: generation)
        } catch {
            throw .failed("what is live could not be read back (\(error.diagnostic.message))")
        }
        let differences = TableDeviation.between(expected: declared, found: found.table)
        guard let first = differences.first else { return found }
        let more = differences.count > 1 ? " and \(differences.count - 1) more differences" : ""
        throw .failed("read back, it is not what was loaded: \(first)\(more)")
    }

    private func generation() throws(Failure) -> UInt32 {
        do throws(GateFailure) { return try door.generation() } catch { throw .failed(error.diagnostic.message) }
    }
}
