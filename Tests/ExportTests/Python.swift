import Foundation

/// Runs a script of python3: another reader than our own.
enum Python {
    /// It did not end well.
    struct Failed: Error {
        let status: Int32
    }

    /// Returns what the script writes when it reads the input.
    static func run(_ script: String, _ input: [UInt8]) throws -> Data {
        let file = FileManager.default.temporaryDirectory.appending(path: "export-\(UUID().uuidString)")
        try Data(input).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardError = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
        return output
    }
}
