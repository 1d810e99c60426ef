import Foundation
import Glibc
import TestSupport
import Testing
import Witness

/// A `portgate-witness serve` that answers on a port of the loopback.
final class WitnessServer {
    let command: RunningCommand
    let key: CosignerKey
    let url: String

    /// Starts one on a folder of a sample; its key is made when it has none.
    init(_ sample: WitnessSample, _ name: String = "w", arguments: [String] = [], port: Int = 0) throws {
        let program = BuiltProduct.path("portgate-witness")
        let folder = sample.path(name)
        if !FileManager.default.fileExists(atPath: "\(folder)/key") {
            let made = try runCommand(
                [program, "keys", "init", "--name", "witness.example/\(name)", "--state-dir", folder])
            try #require(made.status == 0, "\(made)")
        }
        key = try WitnessStore.publicKey(in: folder)
        let command = try RunningCommand(
            [program, "serve", "--listen", "127.0.0.1:\(port)", "--log", "\(sample.anchor)", "--state-dir", folder]
                + arguments, log: sample.path("\(name).log"))
        self.command = command
        let isUp = eventually { command.messages.contains(" listens on ") || !command.isRunning }
        let line = command.messages.split(separator: "\n").first { $0.contains(" listens on ") }
        url = try #require(
            isUp ? line?.split(separator: " ").last.map(String.init) : nil, "\(command.messages)")
    }

    var port: Int { url.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// Asks with curl; returns status, content type and body.
    func curl(_ path: String, _ arguments: [String] = [], body: [UInt8]? = nil) throws -> (
        status: Int, type: String, body: String
    ) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = folder.appendingPathComponent("body")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        var command = [
            "/usr/bin/curl", "-sk", "--max-time", "60", "-o", output.path, "-w", "%{http_code} %{content_type}",
        ]
        if let body {
            let input = folder.appendingPathComponent("request")
            try Data(body).write(to: input)
            command += ["--data-binary", "@\(input.path)"]
        }
        let result = try runCommand(command + arguments + [url + path])
        let words = result.output.split(separator: " ", maxSplits: 1).map(String.init)
        return (
            Int(words.first ?? "") ?? 0, words.count > 1 ? words[1] : "",
            String(decoding: try Data(contentsOf: output), as: UTF8.self)
        )
    }

    /// Connects by TCP; the descriptor is the caller's.
    func connect() throws -> Int32 {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        try #require(isConnected)
        return number
    }

    /// Sends bytes on a connection of their own and reads what comes back until its end, a minute at most.
    func send(_ bytes: [UInt8], closing: Bool = false) throws -> String {
        let number = try connect()
        defer { close(number) }
        _ = Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        if closing { shutdown(number, Int32(SHUT_WR)) }
        return Self.read(number)
    }

    /// Reads a connection to its end, a minute at most.
    static func read(_ number: Int32) -> String {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var item = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
            guard poll(&item, 1, 60_000) > 0 else { return "no end" }
            let count = recv(number, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += buffer[..<count]
        }
    }
}
