import CCrypto
import Glibc
import JSON
import Ledger

// Measures the ledger. `ledger-benchmark append FOLDER RECORDS` writes records of some 300 bytes, 50,000 to a commit, each durable,
// hashed and signed, and prints seconds of the wall for it and for hashing the same leaves and nothing else. With SEGMENT-BYTES
// it also seals the segments, of so many bytes each; COMMIT is how many records go to one commit.

func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// A record of a connection, as long as one with a handshake is.
func record(_ number: Int) -> [UInt8] {
    LedgerLeaf(
        LedgerTime(microseconds: 1_795_000_000_000_000 + Int64(number) * 20), number % 7 == 0 ? "deny" : "allow",
        [
            "src_ip": .string("10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"),
            "src_port": .number(Int64(32_768 + number % 28_000)), "dest_ip": .string("192.0.2.17"),
            "dest_port": .number(5_432), "protocol": .string("tcp"), "port": .string("orders-db"),
            "rule": .string("payments-app"), "user": .string("user\(number % 1_000)"),
            "verdict": .string(number % 7 == 0 ? "deny" : "allow"), "policy": .string("payments"),
            "proof": .string("session"), "ja4": .string("t13d1516h2_8daaf6152771_02713d6af862"),
        ]
    ).bytes
}

func append(_ path: String, _ count: Int, segmentBytes: Int?, batch: Int) throws(LedgerFailure) {
    let folder = LedgerFolder(path)
    _ = try folder.create(origin: "bench.example/ledger")
    var limits = LedgerLimits()
    if let segmentBytes { limits.segmentBytes = segmentBytes }
    var writer = try LedgerWriter.open(folder, limits: limits)
    var appending = 0.0
    var hashing = 0.0
    var bytes = 0
    var checksum: UInt8 = 0
    for first in stride(from: 0, to: count, by: batch) {
        let lines = (first..<min(first + batch, count)).map { record($0) }
        bytes += lines.reduce(0) { $0 + $1.count + 1 }
        let start = now()
        for line in lines {
            try line.span.bytes.withUnsafeBytes { line throws(LedgerFailure) in try writer.append(line) }
        }
        try writer.commit()
        let middle = now()
        var digest = [UInt8](repeating: 0, count: 32)
        for line in lines {
            portgate_prefixed_sha256(0, line, line.count, &digest)
            checksum ^= digest[0]
        }
        appending += middle - start
        hashing += now() - middle
    }
    print("bytes \(bytes)\nappend \(appending)\nhash \(hashing)\nchecksum \(checksum)")
    guard segmentBytes != nil else { return }
    let start = now()
    let sealed = try writer.sealSegments()
    print("sealed \(sealed)\nseal \(now() - start)")
}

let arguments = CommandLine.arguments
guard arguments.count >= 4, arguments[1] == "append", let count = Int(arguments[3]) else {
    print("usage: ledger-benchmark append FOLDER RECORDS [SEGMENT-BYTES [COMMIT]]")
    exit(2)
}
do throws(LedgerFailure) {
    try append(
        arguments[2], count, segmentBytes: arguments.count > 4 ? Int(arguments[4]) : nil,
        batch: arguments.count > 5 ? max(1, Int(arguments[5]) ?? 1) : 50_000)
} catch {
    print(error.description)
    exit(1)
}
