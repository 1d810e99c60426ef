import Foundation
import Glibc
import JSON
import Policy
import Testing

@testable import Gate

/// How the state directory keeps what list files held: once each, as long as a generation names it, and never believed unseen.
@Suite("StateDirectory, lists")
struct StateListsTests {
    /// A list file of a text.
    static func list(_ path: String, _ text: String, isKept: Bool = true) -> ListFile {
        let bytes = Array(text.utf8)
        return ListFile(
            path: path, digest: Digest.hex(of: bytes), size: bytes.count, bytes: isKept ? bytes : nil)
    }

    static func record(_ number: Int, previous: Int? = nil) -> GenerationRecord {
        GenerationRecord(
            number: number, origin: .apply, previous: previous, created: GateSample.now, policyName: "sample",
            policyDigest: "ab", paths: ["a.yaml"], rulesetDigest: "cd", host: HostIdentity(namespace: 7, boot: "b"),
            clockOffset: 0, horizon: nil, appliedBy: "uid 0")
    }

    private static let office = list("lists/office.netset", "10.0.0.0/24\n10.0.1.0/24\n")
    private static let far = list("/srv/far.netset", "192.0.2.0/24\n")

    private func failure<Result>(_ body: () throws -> Result) -> GateFailure? {
        do {
            _ = try body()
            return nil
        } catch { return error as? GateFailure }
    }

    private func prepare(_ folder: StateFolder, _ number: Int, _ lists: [ListFile]?) throws {
        try folder.directory.prepareForWriting()
        try folder.directory.prepare(
            Self.record(number), ruleset: GenerationRuleset(text: [1], elements: []), sources: [], lists: lists)
    }

    /// Writes the record of a generation that names lists, and nothing else of it.
    private func describe(_ folder: StateFolder, _ number: Int, _ lists: [ListFile]) throws {
        guard case .object(let members) = Self.record(number).json else { return }
        let meta = JSONValue.object(members + [.init("lists", StateDirectory.description(of: lists))])
        try folder.write("generations/\(number)/meta.json", String(decoding: meta.rendered(), as: UTF8.self))
    }

    private func names(_ folder: StateFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/lists").sorted()
    }

    private func path(_ folder: StateFolder, _ list: ListFile) -> String { "\(folder.path)/lists/\(list.digest)" }

    private func contents(_ folder: StateFolder, _ number: Int = 1) throws -> [ListFile] {
        try folder.directory.contents(
            of: try #require(try folder.directory.lists(of: number)), generation: number)
    }

    // MARK: - Keeping

    @Test("lists are read back as they were written, in their order, each content stored once")
    func roundTrip() throws {
        let folder = try StateFolder()
        let twin = ListFile(
            path: "twin", digest: Self.office.digest, size: Self.office.size, bytes: Self.office.bytes)
        let lists = [Self.office, Self.far, twin]
        try prepare(folder, 1, lists)
        #expect(try contents(folder) == lists)
        #expect(try folder.directory.lists(of: 1)?.map(\.bytes) == [nil, nil, nil])
        #expect(try names(folder) == [Self.office.digest, Self.far.digest].sorted())
        for name in try names(folder) + ["."] {
            var status = stat()
            #expect(stat("\(folder.path)/lists/\(name)", &status) == 0)
            #expect(status.st_mode & 0o777 == (name == "." ? 0o700 : 0o600))
        }
    }

    @Test("a policy without lists is told from one whose lists nobody recorded")
    func noLists() throws {
        let folder = try StateFolder()
        try prepare(folder, 1, [])
        try prepare(folder, 2, nil)
        #expect(try folder.directory.lists(of: 1) == [])
        #expect(try folder.directory.lists(of: 2) == nil)
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/lists"))
    }

    @Test("a list of fifty generations is written once")
    func once() throws {
        let folder = try StateFolder()
        var inodes: Set<ino_t> = []
        for number in 1...50 {
            try prepare(folder, number, [Self.office])
            var status = stat()
            #expect(stat(path(folder, Self.office), &status) == 0)
            inodes.insert(status.st_ino)
        }
        #expect(inodes.count == 1)
        #expect(try names(folder) == [Self.office.digest])
        #expect(try contents(folder, 50) == [Self.office])
    }

    @Test("a list without content is named and not written: it is stored already")
    func reference() throws {
        let folder = try StateFolder()
        try prepare(folder, 1, [Self.office])
        try prepare(folder, 2, try folder.directory.lists(of: 1))
        #expect(try contents(folder, 2) == [Self.office])
    }

    // MARK: - Reading what somebody changed

    /// What is done to a stored list, the code that reading it then ends with, and words of the message.
    static let harm: [(String, String, String)] = [
        ("truncate -s 5 FILE", "PG402", "it has 5 bytes, not 24"),
        ("echo 10.9.9.9 >> FILE", "PG402", "it has 33 bytes"),
        ("printf 11 | dd of=FILE conv=notrunc status=none", "PG402", "its content is not what was recorded"),
        ("rm FILE", "PG402", "it is not there"), ("mv FILE FILE.away; ln -s FILE.away FILE", "PG401", "symbolic links"),
        ("rm FILE; mkfifo -m 600 FILE", "PG401", "FILE"), ("rm FILE; mkdir FILE", "PG401", "FILE"),
        ("chmod 620 FILE", "PG401", "which others own or may write to"),
        ("chown 4242 FILE", "PG401", "which others own or may write to"),
        ("truncate -s 300M FILE", "PG401", "File too large"),
    ]

    @Test("a stored list that is not what was recorded is an error that names the file", arguments: harm)
    func tampered(command: String, code: String, words: String) throws {
        let folder = try StateFolder()
        try prepare(folder, 1, [Self.office])
        let file = path(folder, Self.office)
        #expect(try shell(command.replacing("FILE", with: file)) == 0)
        let failure = try #require(failure { try contents(folder) })
        #expect(failure.exit == .couldNotLook)
        #expect(failure.diagnostic.code == code)
        #expect(failure.diagnostic.message.contains(file))
        #expect(failure.diagnostic.message.contains(words.replacing("FILE", with: file)), "\(failure.diagnostic)")
        if code == "PG402" {
            #expect(failure.diagnostic.message.contains("generation 1 records in it what 'lists/office.netset' held"))
            #expect(failure.diagnostic.notes.first?.message.contains("apply the policy again") == true)
        }
    }

    private func shell(_ command: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test(
        "a record that describes its lists otherwise than portgate does is an error, and no path is made of it",
        arguments: [
            "{\"path\": \"a\", \"sha256\": \"../../../etc/passwd\", \"bytes\": 1}",
            "{\"path\": \"a\", \"sha256\": \"\(String(repeating: "A", count: 64))\", \"bytes\": 1}",
            "{\"path\": \"a\", \"sha256\": \"\(String(repeating: "a", count: 63))\", \"bytes\": 1}",
            "{\"path\": \"a\", \"sha256\": \"\(String(repeating: "a", count: 64))\", \"bytes\": -1}",
            "{\"path\": \"a\", \"sha256\": \"\(String(repeating: "a", count: 64))\", \"bytes\": 268435457}",
            "{\"path\": \"a\", \"sha256\": \"\(String(repeating: "a", count: 64))\"}",
            "{\"path\": 1, \"sha256\": \"\(String(repeating: "a", count: 64))\", \"bytes\": 1}", "7", "\"none\"",
            Array(
                repeating:
                    "{\"path\": \"a\", \"sha256\": \"\(String(repeating: "a", count: 64))\", \"bytes\": 268435456}",
                count: 6
            ).joined(separator: ","),
        ])
    func hostileRecord(entry: String) throws {
        let folder = try StateFolder()
        let text = String(decoding: Self.record(1).json.rendered(), as: UTF8.self)
        let lists = entry == "\"none\"" ? entry : "[\(entry)]"
        try folder.write("generations/1/meta.json", text.replacing("\n}\n", with: ", \"lists\": \(lists)}\n"))
        #expect(try folder.directory.record(1) != nil)
        let failure = try #require(failure { try folder.directory.lists(of: 1) })
        #expect(failure.diagnostic.code == "PG402")
        #expect(failure.diagnostic.message.contains("generations/1/meta.json"))
    }

    // MARK: - Writing over what somebody changed

    @Test("a damaged list is written anew, and what a link in its place leads to is left alone")
    func writesAnew() throws {
        let folder = try StateFolder()
        try folder.write("elsewhere", "mine")
        for (number, command) in [
            "rm FILE", "truncate -s 5 FILE", "printf 11 | dd of=FILE conv=notrunc status=none", "chmod 666 FILE",
            "ln -sf \(folder.path)/elsewhere FILE", "rm FILE; mkfifo FILE",
        ].enumerated() {
            try prepare(folder, number + 1, [Self.office])
            #expect(try shell(command.replacing("FILE", with: path(folder, Self.office))) == 0)
            try prepare(folder, number + 2, [Self.office])
            #expect(try contents(folder, number + 1) == [Self.office], "\(command)")
        }
        #expect(try folder.read("elsewhere") == Array("mine".utf8))
    }

    @Test(
        "a list that cannot be written ends the change before anything else of it is written, and leaves nothing",
        arguments: [
            "mkdir -p -m 700 LISTS/NAME.new/x", "mkdir -m 700 LISTS; ln -s /etc/passwd LISTS/NAME.new",
            "mkdir -m 700 LISTS.away; ln -s LISTS.away LISTS", "mkdir -m 755 LISTS", "touch LISTS",
            "mkdir -p -m 700 LISTS/NAME/x",
        ])
    func refused(command: String) throws {
        let folder = try StateFolder()
        let script = command.replacing("LISTS", with: "\(folder.path)/lists").replacing(
            "NAME", with: Self.office.digest)
        #expect(try shell(script) == 0)
        _ = chmod("\(folder.path)/lists", command.contains("755") ? 0o755 : 0o700)
        let failure = try #require(failure { try prepare(folder, 1, [Self.far, Self.office]) })
        #expect(failure.diagnostic.code == "PG401" && failure.exit == .refused, "\(failure)")
        #expect(failure.diagnostic.notes.map(\.message) == ["nothing was changed in the kernel"])
        #expect(try folder.directory.numbers() == [])
        #expect(try folder.directory.interrupted() == nil)
        #expect(access("\(folder.path)/lists/\(Self.far.digest)", F_OK) != 0)
    }

    @Test("a change that fails later takes its new lists with it, and no others")
    func takesAway() throws {
        let folder = try StateFolder()
        try prepare(folder, 1, [Self.far])
        try folder.write("intent.json.new/in-the-way", "")
        #expect(failure { try prepare(folder, 2, [Self.far, Self.office]) }?.diagnostic.code == "PG401")
        #expect(try names(folder) == [Self.far.digest])
        #expect(try contents(folder) == [Self.far])
    }

    // MARK: - Removing

    @Test("a list goes with the last generation that names it; what a killed change left goes too")
    func prune() throws {
        let folder = try StateFolder()
        let own = (1...103).map { Self.list("list", "10.0.0.\($0)\n") }
        for number in 1...103 {
            // One list of all, one of its own, one shared with the generation before.
            try describe(folder, number, [Self.office, own[number - 1]] + (number > 1 ? [own[number - 2]] : []))
            try folder.write("lists/\(own[number - 1].digest)", "10.0.0.\(number)\n")
        }
        for name in [Self.office.digest, Self.far.digest, Self.far.digest + ".new", "README"] {
            try folder.write("lists/\(name)", "x")
        }
        try folder.directory.prune(keeping: Self.record(103, previous: 102))
        #expect(try folder.directory.numbers() == Array(4...103))
        #expect(try names(folder) == (own[2...].map(\.digest) + [Self.office.digest, "README"]).sorted())
    }

    @Test("beyond the bound the lists of old generations go, the oldest first, never those that are needed")
    func bound() throws {
        let folder = try StateFolder()
        // 11 bytes each; those that are needed are the oldest.
        let own = (1...6).map { Self.list("list", "10.0.0.\($0)/2\n") }
        for number in 1...6 {
            try describe(folder, number, [own[number - 1]])
            try folder.write("lists/\(own[number - 1].digest)", "10.0.0.\(number)/2\n")
        }
        func kept() throws -> [Int] {
            let names = Set(try names(folder))
            return (1...6).filter { names.contains(own[$0 - 1].digest) }
        }
        try folder.directory.pruneLists(needed: [2, 1], limit: 66)
        #expect(try kept() == [1, 2, 3, 4, 5, 6])
        try folder.directory.pruneLists(needed: [2, 1], limit: 45)
        #expect(try kept() == [1, 2, 5, 6])
        try folder.directory.pruneLists(needed: [2, 1], limit: 0)
        #expect(try kept() == [1, 2])
        // The records stay, and say that the content is gone.
        #expect(failure { try contents(folder, 6) }?.diagnostic.message.contains("it is not there") == true)
    }

    @Test("while a record cannot be read no list is removed")
    func carefulPrune() throws {
        let folder = try StateFolder()
        try prepare(folder, 1, [Self.office])
        try folder.write("generations/2/meta.json", "{")
        try folder.write("lists/\(Self.far.digest)", "x")
        #expect(failure { try folder.directory.pruneLists(needed: [1]) }?.diagnostic.code == "PG402")
        #expect(try names(folder).count == 2)
    }

    @Test("a change that is given up takes the list with it that only it names")
    func discarded() throws {
        let folder = try StateFolder()
        try prepare(folder, 1, [Self.office])
        try folder.directory.settle(
            Self.record(1), GenerationOutcome(result: .applied, at: GateSample.now, kernelGeneration: 1))
        try prepare(folder, 2, [Self.office, Self.far])
        folder.directory.discard(2)
        #expect(try names(folder) == [Self.office.digest])
    }
}
