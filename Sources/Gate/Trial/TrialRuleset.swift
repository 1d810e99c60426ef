import Compiler
import Nftables
import Policy

/// A policy's table as a trial loads it: compiled for one moment, its instants shifted to where the kernel's clock stands.
struct TrialRuleset {
    let policy: Policy
    let worker: NftWorker
    let accounts: AccountDatabase
    let horizonDays: Int

    /// Compiles for a moment; `offset` is how far the kernel's clock is ahead of it.
    func text(at moment: Instant, offset: Int64) throws(KernelTrialError) -> [UInt8] {
        let options = CompileOptions(
            now: moment, horizonDays: horizonDays, kernelClockOffset: offset, accounts: accounts)
        let result = PolicyCompiler.compile(policy, options: options)
        guard let table = result.table else { throw .notCompiled(result.diagnostics) }
        // A trial has no recorder, and asks who may come while one is there.
        return result.text + table.refreshing
    }

    /// Puts a table in the place of whatever `inet portgate` there is in the calling thread's namespace.
    func load(_ text: [UInt8]) throws(KernelTrialError) {
        let clearing = Array("add table inet portgate\ndelete table inet portgate\n".utf8)
        switch worker.load(clearing + text) {
        case .ok: return
        case .missing(let path): throw .workerMissing(path: path)
        case .refused(let message), .failed(let message): throw .notLoaded(message)
        case .crashed(let signal): throw .notLoaded("portgate-nft was ended by signal \(signal)")
        case .timedOut: throw .notLoaded("portgate-nft took too long")
        }
    }
}
