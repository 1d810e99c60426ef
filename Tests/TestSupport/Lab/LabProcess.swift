import Foundation
import Glibc

/// A child process of a test that is spoken to line by line, with a deadline on every answer.
public final class LabProcess: @unchecked Sendable {
    // One test owns a process and speaks to it from one thread at a time.
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffered: [UInt8] = []

    /// Why no line came.
    public enum Failure: Error {
        /// The process ended its output; what it wrote to standard error.
        case ended(String)
        /// Nothing within the deadline.
        case silent
    }

    private let errors: URL

    /// Starts a program, found by its absolute path.
    public init(_ arguments: [String], environment: [String: String]? = nil) throws {
        errors = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString).err")
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        process.executableURL = URL(fileURLWithPath: arguments[0])
        process.arguments = Array(arguments.dropFirst())
        if let environment { process.environment = environment }
        process.standardInput = input
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
    }

    /// Sends a line.
    public func send(_ line: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    /// Waits for the next line; the deadline only bounds a test that fails.
    public func line(within seconds: Double = 20) throws -> String {
        let deadline = Date().addingTimeInterval(seconds)
        let descriptor = output.fileHandleForReading.fileDescriptor
        while true {
            if let end = buffered.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: buffered[..<end], as: UTF8.self)
                buffered.removeFirst(end + 1)
                return line
            }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = deadline.timeIntervalSinceNow
            guard left > 0 else { throw Failure.silent }
            guard poll(&waiting, 1, Int32(left * 1000) + 1) > 0 else { continue }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let length = read(descriptor, &chunk, chunk.count)
            if length < 0, errno == EINTR { continue }
            guard length > 0 else { throw Failure.ended((try? String(contentsOf: errors, encoding: .utf8)) ?? "") }
            buffered += chunk[..<length]
        }
    }

    /// Sends a line and waits for the answer.
    public func ask(_ line: String) throws -> String {
        try send(line)
        return try self.line()
    }

    /// Ends the process's input, which asks it to finish.
    public func finish() throws -> String {
        try input.fileHandleForWriting.close()
        return try line()
    }

    /// Asks the process to end (SIGTERM) and waits until it has; returns its exit status.
    public func terminate() -> Int32 {
        if process.isRunning { Glibc.kill(process.processIdentifier, SIGTERM) }
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Ends the process at once. What it held is free when this returns.
    public func kill() {
        if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: errors)
    }

    deinit { kill() }
}

/// What a finished program left.
public struct CommandResult: Sendable {
    /// The exit status; 128 and the signal's number when a signal ended it.
    public let status: Int32
    /// Standard output.
    public let output: String
    /// Standard error.
    public let errors: String
}

/// Runs a program to its end.
public func runCommand(
    _ arguments: [String], input: String = "", environment: [String: String]? = nil
) throws -> CommandResult {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = try ["in", "out", "err"].map { name in
        let path = folder.appendingPathComponent(name)
        try Data(name == "in" ? Array(input.utf8) : []).write(to: path)
        return path
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: arguments[0])
    process.arguments = Array(arguments.dropFirst())
    if let environment { process.environment = environment }
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    return CommandResult(
        status: process.terminationReason == .uncaughtSignal
            ? 128 + process.terminationStatus : process.terminationStatus,
        output: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self),
        errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
}
