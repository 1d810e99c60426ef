import Foundation
import Testing

/// The built `portgate`, run as its users run it.
enum Portgate {
    /// What came of a run.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
        let outputBytes: Data
    }

    /// The program beside the test bundle.
    static let path: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("portgate").path
    }()

    /// The repository.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Runs portgate with arguments; a run that hangs is ended after 30 s and shows as status 124.
    static func run(
        _ arguments: String..., input: String = "", in folder: URL? = nil, environment: [String: String] = [:]
    ) throws -> Outcome {
        try spawn(["timeout", "-k", "1", "30", path] + arguments, input: Data(input.utf8), in: folder, environment)
    }

    /// Runs a shell line in which `$portgate` is the program.
    static func shell(_ line: String, in folder: URL? = nil) throws -> Outcome {
        try spawn(["timeout", "-k", "1", "60", "bash", "-c", line], input: Data(), in: folder, ["portgate": path])
    }

    private static func spawn(
        _ command: [String], input: Data, in folder: URL?, _ environment: [String: String]
    ) throws -> Outcome {
        let scratch = try Scratch()
        try input.write(to: scratch.url.appendingPathComponent("in"))
        for name in ["out", "err"] { try Data().write(to: scratch.url.appendingPathComponent(name)) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = folder ?? scratch.url
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC"].merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: scratch.url.appendingPathComponent("in"))
        process.standardOutput = try FileHandle(forWritingTo: scratch.url.appendingPathComponent("out"))
        process.standardError = try FileHandle(forWritingTo: scratch.url.appendingPathComponent("err"))
        try process.run()
        process.waitUntilExit()
        let output = try Data(contentsOf: scratch.url.appendingPathComponent("out"))
        let errors = try Data(contentsOf: scratch.url.appendingPathComponent("err"))
        return Outcome(
            status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
            errors: String(decoding: errors, as: UTF8.self), outputBytes: output)
    }
}

/// A folder that goes away with its last user.
final class Scratch: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("portgate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file into the folder.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> URL {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file
    }
}
