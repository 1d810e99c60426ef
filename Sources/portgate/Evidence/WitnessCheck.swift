import Host
import JSON
import Ledger
import Witness

/// What witnesses have signed of a log, as files tell it: read and checked before the ledger is.
struct WitnessCheck {
    /// The witnesses that are trusted (`--witness`).
    var keys: [CosignerKey] = []
    /// The files with what they signed (`--cosigned`).
    var files: [String] = []
    /// For how many seconds a cosignature is young enough; nil for ever (`--witness-age`).
    var longestAge: Int64?

    /// What the files tell.
    struct Outcome {
        /// What the ledger must have been.
        var witnessed: [LedgerVerifier.Witnessed] = []
        /// What is wrong with the files.
        var findings: [LedgerFinding] = []
        /// The cosigned checkpoints, each with the witness that signed it.
        var checkpoints: [(witness: String, checkpoint: CosignedCheckpoint)] = []
    }

    /// Checks the cosignatures: each file must be signed by a witness that is trusted, and each witness must have signed one of them.
    ///
    /// - Parameter origin: The log that the files must be of; nil when it cannot be told.
    func outcome(of origin: String?, now: LedgerTime) throws(HostError) -> Outcome {
        var outcome = Outcome()
        var silent = keys
        for file in files {
            let bytes = try Files.read(file, limit: 2 * SignedNote.mostBytes)
            var isSigned = false
            for key in keys {
                do throws(CosignedCheckpoint.Failure) {
                    let checkpoint = try CosignedCheckpoint(bytes, by: key)
                    isSigned = true
                    silent.removeAll { $0 == key }
                    take(checkpoint, by: key, file, origin, now, &outcome)
                } catch {
                    if case .cosignature(.absent) = error { continue }
                    isSigned = true
                    silent.removeAll { $0 == key }
                    outcome.findings.append(LedgerFinding(.signature, file, "\(error)"))
                    // What is no checkpoint is none by any key.
                    guard case .cosignature = error else { break }
                }
            }
            if !isSigned {
                outcome.findings.append(LedgerFinding(.signature, file, "none of the witnesses has signed it"))
            }
        }
        for key in silent {
            outcome.findings.append(LedgerFinding(.signature, "", "\(key.name) has signed none of the files"))
        }
        return outcome
    }

    private func take(
        _ cosigned: CosignedCheckpoint, by key: CosignerKey, _ file: String, _ origin: String?, _ now: LedgerTime,
        _ outcome: inout Outcome
    ) {
        let checkpoint = cosigned.checkpoint
        if let origin, checkpoint.origin != origin {
            outcome.findings.append(
                LedgerFinding(.foreign, file, "is of the log '\(checkpoint.origin)', and not of '\(origin)'"))
            return
        }
        outcome.checkpoints.append((key.name, cosigned))
        outcome.witnessed.append(
            LedgerVerifier.Witnessed(
                witness: key.name, state: LedgerVerifier.Memory(size: checkpoint.size, root: checkpoint.root)))
        let age = now.seconds(since: cosigned.cosignature.time)
        guard let longestAge, age > longestAge else { return }
        outcome.findings.append(
            LedgerFinding(
                .silence, file,
                "\(key.name) signed it at \(cosigned.cosignature.time), \(age) s ago: nobody has submitted the log since, or the witness does not answer"
            ))
    }
}

extension WitnessCheck.Outcome {
    /// A line for each cosigned checkpoint.
    var text: [String] {
        checkpoints.map { witness, cosigned in
            let size = cosigned.checkpoint.size
            return "\(witness) has signed \(size) \(size == 1 ? "record" : "records") at \(cosigned.cosignature.time)"
        }
    }

    /// The same for machines.
    var json: JSONValue {
        .array(
            checkpoints.map { witness, cosigned in
                .members([
                    "witness": .string(witness), "size": .number(Int64(clamping: cosigned.checkpoint.size)),
                    "root": .string(cosigned.checkpoint.root.description),
                    "time": .string(cosigned.cosignature.time.description),
                ])
            })
    }
}
