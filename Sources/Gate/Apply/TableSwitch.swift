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

    let door: KernelDoor

    /// Leads to a table, or to none, from a look, as long as nobody else changes the table in between.
    ///
    /// - Returns: how many transactions it took.
    func lead(
        to target: Table?, from look: LiveLook, with company: Company = Company()
    ) throws(Failure) -> Int {
        let batches: [[UInt8]]
        do throws(GateFailure) { batches = try Self.transactions(to: target, from: look.table, with: company) } catch {
            throw .movedOn(error.diagnostic.message)
        }
        try load(batches, to: target, from: look, with: company)
        try verify(target)
        return batches.count
    }

    /// Makes `previous` live again and reads back that it is. When there was no table, what a failed change left of its own
    /// is all there is.
    func restore(_ previous: Table?) throws(GateFailure) {
        let look = try door.look()
        guard look.table != previous else { return }
        for batch in try Self.transactions(to: previous, from: look.table) { try door.load(batch) }
        let found = try door.look()
        guard let first = TableDeviation.between(expected: previous, found: found.table).first else { return }
        throw .kernelUnreadable("the way back ended at something else: \(first)")
    }

    /// Returns the texts that lead from one table to another, one for each transaction.
    static func transactions(
        to target: Table?, from live: Table?, with company: Company = Company()
    ) throws(GateFailure) -> [[UInt8]] {
        guard let target else { return live == nil ? [] : [Array("delete table inet portgate\n".utf8)] }
        do throws(TableError) {
            return try target.transition(from: live).map { batch in
                switch batch.step {
                case .switchOver: company.before + batch.text + company.after
                case .replace: batch.text + company.after
                case .fill, .clean: batch.text
                }
            }
        } catch { throw .notLoadable("\(error)") }
    }

    private func load(
        _ batches: [[UInt8]], to target: Table?, from look: LiveLook, with company: Company
    ) throws(Failure) {
        var expected = look.generation
        for (index, batch) in batches.enumerated() {
            let found = try generation()
            // The generation is everybody's: it counts only when this table is another one than the transactions start from.
            if found != expected, try !isStill(batches[index...], to: target, with: company) {
                let reason = "another program changed the table between the look and transaction \(index + 1)"
                throw index == 0 ? .movedOn(reason) : .failed(reason)
            }
            do throws(GateFailure) {
                try door.load(batch)
            } catch {
                // Whatever it says: only the kernel knows. The last transaction may have been committed all the same.
                let isLast = index == batches.count - 1
                if isLast, let found = try? door.look(), found.table == target { break }
                throw .failed("transaction \(index + 1) of \(batches.count): \(error.diagnostic.message)")
            }
            expected = try generation()
        }
    }

    /// Whether what is left to load leads from what is live now to the target, to the byte.
    private func isStill(
        _ rest: ArraySlice<[UInt8]>, to target: Table?, with company: Company
    ) throws(Failure) -> Bool {
        do throws(GateFailure) {
            return try Self.transactions(to: target, from: try door.look().table, with: company) == Array(rest)
        } catch {
            throw .failed(error.diagnostic.message)
        }
    }

    /// Reads the table back and compares it with what is meant, object by object.
    private func verify(_ declared: Table?) throws(Failure) {
        let found: LiveLook
        do throws(GateFailure) {
            found = try door.look()
        } catch {
            throw .failed("what is live could not be read back (\(error.diagnostic.message))")
        }
        let differences = TableDeviation.between(expected: declared, found: found.table)
        guard let first = differences.first else { return }
        let more = differences.count > 1 ? " and \(differences.count - 1) more differences" : ""
        throw .failed("read back, it is not what was loaded: \(first)\(more)")
    }

    private func generation() throws(Failure) -> UInt32 {
        do throws(GateFailure) { return try door.generation() } catch { throw .failed(error.diagnostic.message) }
    }
}
