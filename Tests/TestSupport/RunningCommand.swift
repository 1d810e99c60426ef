import Foundation
import Glibc

/// A program that runs until a test ends it; what it writes lies in a file.
public final class RunningCommand {
    private let process = Process()
    private let log: String

    /// Starts a program, named by its path, with arguments.
    public init(_ arguments: [String], log: String) throws {
        self.log = log
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        process.executableURL = URL(fileURLWithPath: arguments[0])
        process.arguments = Array(arguments.dropFirst())
        process.standardOutput = file
        process.standardError = file
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    /// What it wrote so far.
    public var messages: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Whether it has not ended.
    public var isRunning: Bool { process.isRunning }

    /// Asks it to end; returns its exit status.
    public func stop() -> Int32 {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Ends it without a chance to clean up.
    public func kill() {
        if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    deinit { kill() }
}
