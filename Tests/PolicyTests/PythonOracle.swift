import Foundation
import Testing

/// Runs a script of `Oracles/` with python3; a host without it fails the test.
enum PythonOracle {
    static func lines(_ script: String, asking question: Any) throws -> [[Int64]] {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Oracles").appending(
            path: script)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", path.path]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(try JSONSerialization.data(withJSONObject: question))
        try input.fileHandleForWriting.close()
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(script) must run: install python3 and tzdata")
        return try String(decoding: answer, as: UTF8.self).split(separator: "\n").map { line in
            try line.split(separator: " ").map { try #require(Int64($0)) }
        }
    }
}
