import Foundation
import Host
import Policy
import Testing

@Suite struct FilesTests {
    @Test("a missing file, a folder, a device and a socket are told apart")
    func kinds() throws {
        let reader = Files.sourceReader
        #expect(reader.read("/nonexistent/x", 10) == .failure(.notFound))
        #expect(reader.read("/etc", 10) == .failure(.notAFile))
        #expect(reader.read("/dev/zero", 10) == .failure(.notAFile))
        #expect(reader.read("/etc/passwd\u{0}x", 1 << 20) == .failure(.notFound))
        #expect(reader.kind("/etc") == .success(.folder))
        #expect(reader.kind("/etc/passwd") == .success(.file))
        #expect(reader.kind("-") == .success(.file))
        #expect(reader.kind("/dev/null") == .failure(.notAFile))
        #expect(reader.kind("/etc/passwd/x") == .failure(.other("Not a directory")))
        let folder = try TemporaryFolder()
        let socketPath = folder.path + "/s"
        try Self.makeSocket(socketPath)
        #expect(reader.read(socketPath, 10) == .failure(.notAFile))
    }

    @Test("a file of exactly the limit is read, one byte more is too large", arguments: [0, 1, 4_096, 3_000_000])
    func limits(size: Int) throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        let path = try folder.file("x", bytes)
        #expect(Files.sourceReader.read(path, size) == .success(bytes))
        if size > 0 { #expect(Files.sourceReader.read(path, size - 1) == .failure(.tooLarge(limit: size - 1))) }
    }

    @Test("files that do not tell their size are read whole")
    func sizeless() throws {
        #expect(try !Files.read("/proc/self/status").isEmpty)
        #expect(throws: HostError.self) { try Files.read("/proc/self/status", limit: 10) }
    }

    @Test("a named pipe is read to its end and bounded")
    func pipes() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        for limit in [200_000, 1_000] {
            async let read = Task.detached { Files.sourceReader.read(path, limit) }.value
            let writer = Thread {
                let bytes = [UInt8](repeating: 7, count: 200_000)
                guard let file = FileHandle(forWritingAtPath: path) else { return }
                signal(SIGPIPE, SIG_IGN)
                try? file.write(contentsOf: Data(bytes))
                try? file.close()
            }
            writer.start()
            let result = await read
            if limit == 200_000 {
                #expect(try result.get().count == 200_000)
            } else {
                #expect(result == .failure(.tooLarge(limit: limit)))
            }
        }
    }

    @Test("errors name the path, the reason and what may help")
    func errors() {
        #expect {
            try Files.read("/nonexistent/x")
        } throws: {
            "\($0)" == "cannot read /nonexistent/x: No such file or directory"
        }
        #expect {
            try Files.list("/etc/passwd")
        } throws: {
            "\($0)" == "cannot list /etc/passwd: Not a directory"
        }
        #expect(HostError("write", "/x", .noSpace).advice == "make room on the file system")
    }

    @Test("folders are listed in the order of bytes, hidden names too")
    func list() throws {
        let folder = try TemporaryFolder()
        for name in ["b", "a", ".h", "Z", "ö"] { _ = try folder.file(name) }
        #expect(try Files.list(folder.path) == [".h", "Z", "a", "b", "ö"])
        #expect(Files.sourceReader.list(folder.path + "/none") == .failure(.notFound))
    }

    @Test("a file is replaced as a whole, with the mode asked for, and nothing is left beside it")
    func writeAtomically() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("x", [1])
        for (bytes, mode) in [([2, 3], 0o600), ([], 0o644), ([UInt8](repeating: 4, count: 300_000), 0o640)] {
            try Files.writeAtomically(path, bytes, mode: UInt32(mode))
            #expect(try Files.read(path) == bytes)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == mode)
            #expect(try folder.names == ["x"])
        }
    }

    @Test("a link is replaced, not followed; a folder in the way is an error and stays")
    func writeOverOthers() throws {
        let folder = try TemporaryFolder()
        let target = try folder.file("target", [1])
        let link = folder.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        try Files.writeAtomically(link, [2])
        #expect(try Files.read(target) == [1])
        #expect(try Files.read(link) == [2])
        try FileManager.default.createDirectory(atPath: folder.path + "/dir", withIntermediateDirectories: false)
        #expect(throws: HostError.self) { try Files.writeAtomically(folder.path + "/dir", [3]) }
        #expect(throws: HostError.self) { try Files.writeAtomically(folder.path + "/none/x", [3]) }
        #expect(try folder.names == ["dir", "link", "target"])
    }

    @Test("zones are found by name, and nothing else is")
    func zones() throws {
        let names = Files.zoneNames()
        for name in ["Europe/Berlin", "UTC", "America/Argentina/Ushuaia", "Etc/GMT+5"] {
            #expect(names.contains(name), "\(name)")
            #expect(try #require(Files.zoneBytes(name)).starts(with: Array("TZif".utf8)), "\(name)")
        }
        #expect(names.filter { Files.zoneBytes($0) == nil } == [])
        #expect(!names.contains { $0.hasPrefix("posix/") || $0.hasPrefix("right/") })
        for name in [
            "", ".", "..", "/etc/passwd", "../../../etc/passwd", "Europe/../UTC", "Europe", "Europe/", "/UTC",
            "zone.tab", "utc ",
            "UTC\u{0}", "Europe//Berlin", "tzdata.zi", String(repeating: "A", count: 5_000),
        ] {
            #expect(Files.zoneBytes(name) == nil, "\(name)")
        }
    }

    private static func makeSocket(_ path: String) throws {
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        try #require(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        close(number)
        #expect(result == 0)
    }
}
