import Foundation
import Testing

/// Runs what the documentation shows.
///
/// In README.md and docs/*.md a fenced block marked `console` holds commands (`$ portgate …`) and their output, compared line by
/// line; a line `…` stands for any number of lines, and `…` inside a line for any text. Each file's blocks run in order in the
/// root of the tree, in a network namespace of their own, with an empty state directory.
@Suite("the documentation's examples run", .serialized)
struct DocumentationTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static var pages: [String] {
        let docs = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: "docs").path)) ?? []
        return ["README.md", "policies/README.md"] + docs.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
    }

    /// One command and the output that the page shows for it.
    struct Example: CustomStringConvertible {
        var line: Int
        var command: String
        var output: [String]
        var description: String { "line \(line): \(command)" }
    }

    static func examples(in page: String) throws -> [Example] {
        let text = try String(contentsOf: root.appending(path: page), encoding: .utf8)
        var found: [Example] = []
        var inside = false
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            if line.hasPrefix("```") {
                inside = !inside && line == "```console"
            } else if inside, line.hasPrefix("$ ") {
                found.append(Example(line: index + 1, command: String(line.dropFirst(2)), output: []))
            } else if inside, !found.isEmpty {
                found[found.count - 1].output.append(line)
            }
        }
        return found
    }

    /// Tells whether `actual` is what the page shows, `…` standing for anything.
    static func matches(_ shown: [String], _ actual: [String]) -> Bool {
        guard let first = shown.first else { return actual.isEmpty }
        if first == "…" {
            return (0...actual.count).contains { matches(Array(shown.dropFirst()), Array(actual.dropFirst($0))) }
        }
        guard let line = actual.first else { return false }
        let parts = first.components(separatedBy: "…")
        var rest = Substring(line)
        for (index, part) in parts.enumerated() {
            if index == 0 {
                guard rest.hasPrefix(part) else { return false }
                rest = rest.dropFirst(part.count)
            } else if index == parts.count - 1, !part.isEmpty {
                guard rest.hasSuffix(part) else { return false }
                rest = ""
            } else if !part.isEmpty {
                guard let range = rest.range(of: part) else { return false }
                rest = rest[range.upperBound...]
            } else {
                rest = ""
            }
        }
        guard rest.isEmpty || parts.count > 1 else { return false }
        return matches(Array(shown.dropFirst()), Array(actual.dropFirst()))
    }

    static func run(_ arguments: String...) throws {
        let process = try Process.run(URL(filePath: "/usr/bin/env"), arguments: arguments)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(arguments.joined(separator: " ")) failed")
    }

    @Test("the comparison itself can fail")
    func comparison() {
        #expect(Self.matches(["a", "…", "z 1…3"], ["a", "b", "c", "z 1xx3"]))
        #expect(!Self.matches(["a"], ["a", "b"]))
        #expect(!Self.matches(["a b"], ["a c"]))
        #expect(!Self.matches(["a…c"], ["abd"]))
    }

    @Test("each page's commands print what the page shows", arguments: DocumentationTests.pages)
    func page(_ page: String) throws {
        let state = FileManager.default.temporaryDirectory.appending(path: "portgate-docs-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: state) }
        let binaries = Self.root.appending(path: ".build/debug").path
        let namespace = "pgdocs-\(getpid())-\(page.hash.magnitude % 100_000)"
        let isRoot = geteuid() == 0
        if isRoot { try Self.run("ip", "netns", "add", namespace) }
        defer { if isRoot { try? Self.run("ip", "netns", "del", namespace) } }
        for example in try Self.examples(in: page) {
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            let isolated = isRoot ? "exec nsenter --net=/run/netns/\(namespace) sh -c \"$0\"" : "exec sh -c \"$0\""
            process.arguments = ["-c", isolated, example.command]
            process.currentDirectoryURL = Self.root
            process.environment = [
                "PATH": "\(binaries):/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                "PORTGATE_STATE_DIR": state.path,
            ]
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = pipe
            process.standardInput = FileHandle.nullDevice
            try process.run()
            let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            var actual = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n")
            if actual.last == "" { actual.removeLast() }
            // Where even root may not ask every process where it is, status says so; a page need not. Nor need it know what
            // other tests have listening meanwhile, in namespaces of theirs.
            actual.removeAll { line in
                ["[PG475]", "[PG467]"].contains { line.hasSuffix($0) } || line.hasPrefix("  other network namespaces: ")
                    || line.hasPrefix("  ") && line.contains(" in network namespace ")
            }
            var shown = example.output
            while shown.last == "" { shown.removeLast() }
            #expect(
                Self.matches(shown, actual),
                "\(page) \(example)\n--- shown\n\(shown.joined(separator: "\n"))\n--- printed\n\(actual.joined(separator: "\n"))"
            )
        }
    }
}
